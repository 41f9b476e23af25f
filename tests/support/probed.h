#pragma once

// Functions of libprobed.so, which each add a number, and one that fires the probe aiobpf:probed with its argument.

#ifdef __cplusplus
extern "C" {
#endif

long probed_first(long value);
long probed_second(long value);
void probed_usdt(long value);

#ifdef __cplusplus
}
#endif
