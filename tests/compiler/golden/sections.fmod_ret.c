/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

struct file;

char LICENSE[] SEC("license") = "GPL";

SEC("fmod_ret/security_file_open")
#line 86 "tests/compiler/corpus/sections.py"
int fmod_ret(u64 *ctx)
{
        struct file *file = (void *)ctx[0];
        i32 ret = (i32)ctx[1];

#line 87
        return ret;
}
