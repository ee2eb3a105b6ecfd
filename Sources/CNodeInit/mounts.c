// Steps that carry mounts from one root to the next, and go there.
#define _GNU_SOURCE
#include "steps.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// Mounts that were taken from one root and wait to be placed in the next.
static int slots[CNODE_SLOTS];

// Whoever can write to the whole may put links on the way to the part, at any moment: the kernel refuses those that
// lead out while it walks.
static int open_mount(const char *whole, const char *part) {
  unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE;
  if (!part) return open_tree(AT_FDCWD, whole, flags);
  int root = open(whole, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) return -1;
  struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
  int place = (int)syscall(SYS_openat2, root, part, &how, sizeof how);
  int tree = place < 0 ? -1 : open_tree(place, "", flags | AT_EMPTY_PATH);
  int reason = errno;
  if (place >= 0) close(place);
  close(root);
  errno = reason;
  return tree;
}

int cnode_take_mount(int slot, const char *whole, const char *part) {
  slots[slot] = open_mount(whole, part);
  return slots[slot] < 0 ? -1 : 0;
}

// The target is made after the kind of what will cover it. Its path is walked inside the current root, so a link in an
// image leads nowhere else.
int cnode_place_mount(int number, const char *target, uint64_t attributes) {
  int *slot = &slots[number];
  struct stat status;
  if (fstat(*slot, &status) != 0) return -1;
  int place = cnode_open_plainly(target, O_PATH, 0);
  if (place < 0) {
    int is_directory = S_ISDIR(status.st_mode);
    if (cnode_make_directories(target, 0755, is_directory) != 0) return -1;
    if (!is_directory && cnode_make_file(target, 0644) != 0) return -1;
    place = cnode_open_plainly(target, O_PATH, 0);
  }
  if (place < 0) return -1;
  // The lower half is for all mounts of the tree, the upper half for the one at its top.
  struct mount_attr all = {.attr_set = (uint32_t)attributes}, top = {.attr_set = attributes >> 32};
  int result = all.attr_set ? mount_setattr(*slot, "", AT_EMPTY_PATH | AT_RECURSIVE, &all, sizeof all) : 0;
  if (result == 0 && top.attr_set) result = mount_setattr(*slot, "", AT_EMPTY_PATH, &top, sizeof top);
  if (result == 0) result = move_mount(*slot, "", place, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
  int reason = errno;
  close(place);
  if (result != 0) return errno = reason, -1;
  close(*slot);
  *slot = -1;
  return 0;
}

// Afterwards the working directory is the old root, which lies mounted over the new one until it is left.
int cnode_enter_root(const char *path) {
  int old = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (old < 0) return -1;
  int result = chdir(path) != 0 || syscall(SYS_pivot_root, ".", ".") != 0 || fchdir(old) != 0 ? -1 : 0;
  int reason = errno;
  close(old);
  errno = reason;
  return result;
}

// Some names lead to places that the root does not hold, such as a descriptor of somebody else's in /proc: whoever stood
// there could walk on from it. The kernel tells them by a path that does not begin with a slash.
int cnode_change_directory(const char *path) {
  char place[4096];
  if (chdir(path) != 0) return -1;
  if (syscall(SYS_getcwd, place, sizeof place) > 0 && place[0] == '/') return 0;
  if (chdir("/") != 0) return -1;
  return errno = EXDEV, -1;
}

int cnode_leave_old_root(void) { return umount2(".", MNT_DETACH) != 0 ? -1 : chdir("/"); }
