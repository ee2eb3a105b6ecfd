#pragma once
#include <seccomp.h>

// What a machine of this kind also runs: without them their programs would be killed at their first call.
static inline int cseccomp_add_siblings(scmp_filter_ctx filter) {
#if defined(__x86_64__)
  int result = seccomp_arch_add(filter, SCMP_ARCH_X86);
  return result != 0 ? result : seccomp_arch_add(filter, SCMP_ARCH_X32);
#elif defined(__aarch64__)
  return seccomp_arch_add(filter, SCMP_ARCH_ARM);
#else
  (void)filter;
  return 0;
#endif
}
