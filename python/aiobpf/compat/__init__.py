"""The APIs that programs were written for before: the same programs run on aiobpf with other imports."""
