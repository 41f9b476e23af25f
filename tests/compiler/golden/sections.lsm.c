/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

struct file;
struct inode;
struct file {
        struct inode *f_inode;
} __attribute__((preserve_access_index));
struct inode {
        u64 i_ino;
} __attribute__((preserve_access_index));

char LICENSE[] SEC("license") = "GPL";

SEC("lsm/file_open")
#line 80 "tests/compiler/corpus/sections.py"
int lsm(u64 *ctx)
{
        struct file *file = (void *)ctx[0];

#line 81
        return (file->f_inode->i_ino != 5) ? 0 : -1;
}
