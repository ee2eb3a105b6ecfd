// Steps that say who a process is and what it may do.
#define _GNU_SOURCE
#include "steps.h"
#include "system.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int cnode_map_ids(pid_t child, const char *file, const char *text) {
  char path[64] = "/proc/", digits[16];
  strcat(strcat(strcat(path, cnode_decimal(child, digits)), "/"), file);
  return cnode_write_file(path, text, O_WRONLY, 0);
}

int cnode_bound_capabilities(uint64_t kept) {
  for (int capability = 0; capability < 64; capability++) {
    if (kept >> capability & 1) continue;
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) return errno == EINVAL ? 0 : -1;
  }
  return 0;
}

int cnode_set_capabilities(uint64_t wanted) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct sets[2];
  if (syscall(SYS_capget, &header, sets) != 0) return -1;
  for (int half = 0; half < 2; half++) {
    sets[half].permitted &= (uint32_t)(wanted >> 32 * half);
    sets[half].effective = sets[half].permitted;
    sets[half].inheritable = 0;
  }
  return (int)syscall(SYS_capset, &header, sets);
}

int cnode_set_user(uid_t user) {
  // So that a program of another user may open /dev/stdout again. A stream that is a device refuses, which is fine.
  for (int stream = 0; stream < 3; stream++) {
    struct stat status;
    if (fstat(stream, &status) == 0 && !S_ISCHR(status.st_mode) && fchown(stream, user, (gid_t)-1) != 0) continue;
    if (isatty(stream) && fchown(stream, user, (gid_t)-1) != 0) continue;
  }
  return setresuid(user, user, user);
}

int cnode_filter_system_calls(const char *program, int instructions) {
  struct sock_fprog filter = {.len = (unsigned short)instructions, .filter = (struct sock_filter *)program};
  return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter);
}
