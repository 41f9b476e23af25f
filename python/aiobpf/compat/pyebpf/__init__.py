"""PyEBPF's calls, on aiobpf: a Python function for a system call, its arguments as attributes, no C written.

from aiobpf.compat.pyebpf import EBPFWrapper

b = EBPFWrapper()


def hello(data, **kwargs):
    print(f"{data.process_id} Hello, World!")


b.attach_kprobe(event=b.get_syscall_fnname("clone"), fn=hello)

System calls are traced by their tracepoints, which every kernel has; PyEBPF itself needs kprobes, bcc and the kernel's
headers. What it had and this has not is bcc: its tables, and its C but for programs of the README's kind.
"""

from aiobpf.compat.pyebpf.ebpf_wrapper import EBPFWrapper

__all__ = ["EBPFWrapper"]
