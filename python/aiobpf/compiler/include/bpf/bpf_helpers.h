/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Takes the place of libbpf's header of this name when aiobpf.bpf.h is included by a program that was written in
 * Python: such programs are compiled without libbpf's and Linux' headers. */
#include <aiobpf_python.h>
