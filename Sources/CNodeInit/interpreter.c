// The interpreter of step lists. Runs between clone and execve: only async-signal-safe calls, no malloc, no stdio.
#define _GNU_SOURCE
#include "interpreter.h"
#include "packets.h"
#include "steps.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int close_descriptors(int kept) {
  unsigned first = STDERR_FILENO + 1;
  if (kept < (int)first) return close_range(first, ~0u, 0);
  if (kept > (int)first && close_range(first, (unsigned)kept - 1, 0) != 0) return -1;
  return close_range((unsigned)kept + 1, ~0u, 0);
}

// Whoever has used up the number of keys that it may have goes on with the ones of the node, which are nobody's.
static int new_keyring(void) {
  long keyring = syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
  return keyring >= 0 || errno == EDQUOT || errno == ENOSYS ? 0 : -1;
}

static int perform_step(const struct cnode_step *step, struct cnode_context *context) {
  struct cnode_plan *plan = context->plan;
  const char *source = cnode_text(plan, step->source), *target = cnode_text(plan, step->target);
  const char *type = cnode_text(plan, step->type), *data = cnode_text(plan, step->data);
  uint64_t flags = step->flags;
  int number = step->number;
  switch ((enum cnode_verb)step->verb) {
    case CNODE_MAKE_DIRECTORIES: return cnode_make_directories(source, (mode_t)flags, 1);
    case CNODE_MAKE_FILE: return cnode_make_file(source, (mode_t)flags);
    case CNODE_WRITE_FILE: return cnode_write_file(source, data, number, (mode_t)flags);
    case CNODE_OPEN: return cnode_open_as(source, number, (int)flags);
    case CNODE_MAKE_LINK: return symlink(source, target);
    case CNODE_CHANGE_MODE: return chmod(source, (mode_t)flags);
    case CNODE_REMOVE_TREE: return cnode_remove(source);
    case CNODE_REMOVE_IF_EMPTY: rmdir(source); return 0;
    case CNODE_REMOVE_CGROUPS: return cnode_remove_cgroups(source, (long)flags);
    case CNODE_MOUNT: return mount(source, target, type, flags, data);
    case CNODE_SET_MOUNT_FLAGS: {
      struct mount_attr change = {.attr_set = flags};
      return mount_setattr(AT_FDCWD, source, AT_RECURSIVE, &change, sizeof change);
    }
    case CNODE_TAKE_MOUNT: return cnode_take_mount(number, source, target);
    case CNODE_PLACE_MOUNT: return cnode_place_mount(number, target, flags);
    case CNODE_UNMOUNT: return umount2(source, (int)flags);
    case CNODE_ENTER_ROOT: return cnode_enter_root(source);
    case CNODE_LEAVE_OLD_ROOT: return cnode_leave_old_root();
    case CNODE_CHANGE_DIRECTORY: return cnode_change_directory(source);
    case CNODE_JOIN: return setns(number, (int)flags);
    case CNODE_UNSHARE: return unshare((int)flags);
    case CNODE_CLOSE_DESCRIPTORS: return close_descriptors(context->report);
    case CNODE_NEW_KEYRING: return new_keyring();
    case CNODE_MAP_IDS: return cnode_map_ids(context->child, source, data);
    case CNODE_RUN: return cnode_run(cnode_list(plan, step->data), context->child);
    case CNODE_SEND_NETLINK: return cnode_send_netlink((char *)plan + step->data, flags, number, context->child);
    case CNODE_OPEN_WIRE: return cnode_open_wire(source, (unsigned)flags, number);
    case CNODE_SET_HOST_NAME: return sethostname(source, strlen(source));
    case CNODE_SET_LIMIT: {
      struct rlimit limit = {.rlim_cur = flags, .rlim_max = flags};
      return setrlimit((__rlimit_resource_t)number, &limit);
    }
    case CNODE_CONTROL_PROCESS: return prctl(number, flags, 0, 0, 0);
    case CNODE_BOUND_CAPABILITIES: return cnode_bound_capabilities(flags);
    case CNODE_SET_CAPABILITIES: return cnode_set_capabilities(flags);
    case CNODE_SET_GROUPS: return setgroups((size_t)number, (const gid_t *)data);
    case CNODE_SET_GROUP: return setresgid((gid_t)flags, (gid_t)flags, (gid_t)flags);
    case CNODE_SET_USER: return cnode_set_user((uid_t)flags);
    case CNODE_FILTER_SYSTEM_CALLS: return cnode_filter_system_calls(data, number);
    case CNODE_NEW_SESSION: return setsid() < 0 ? -1 : 0;
    case CNODE_OPEN_TERMINAL: return cnode_open_terminal(context->report, (unsigned)flags);
    case CNODE_AWAIT_PARENT: return cnode_await_parent(context->report);
    case CNODE_EXECUTE: {
      char **candidates = cnode_list(plan, step->data), **arguments = cnode_list(plan, step->target);
      return cnode_execute(candidates, arguments, cnode_list(plan, step->type));
    }
    case CNODE_PAUSE: cnode_pause_for_ever();
  }
  return errno = ENOSYS, -1;
}

struct cnode_report cnode_perform(struct cnode_context *context, uint32_t first, uint32_t count) {
  for (uint32_t index = first; index < first + count; index++) {
    const struct cnode_step *step = &context->plan->steps[index];
    if (perform_step(step, context) == 0 || errno == step->tolerated) continue;
    return (struct cnode_report){.step = (int32_t)index, .error = errno};
  }
  return (struct cnode_report){.step = -1};
}
