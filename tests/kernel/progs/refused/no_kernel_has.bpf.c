// SPDX-License-Identifier: MIT OR GPL-2.0-only
#define OF_KERNEL
#include "unresolved.bpf.c"
