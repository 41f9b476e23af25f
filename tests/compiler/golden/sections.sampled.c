/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

struct bpf_perf_event_data;
struct bpf_perf_event_data {
        u64 sample_period;
} __attribute__((preserve_access_index));

u64 total;

char LICENSE[] SEC("license") = "GPL";

SEC("perf_event")
#line 92 "tests/compiler/corpus/sections.py"
int sampled(struct bpf_perf_event_data *ctx)
{
#line 93
        total = total + ctx->sample_period;
        return 0;
}
