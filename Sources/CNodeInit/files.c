// Steps that make, write and remove files and directories.
#define _GNU_SOURCE
#include "steps.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int cnode_open_plainly(const char *path, uint64_t flags, mode_t mode) {
  struct open_how how = {.flags = flags | O_CLOEXEC, .mode = mode, .resolve = RESOLVE_NO_MAGICLINKS};
  return (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
}

static int make_directory(char *path, mode_t mode) {
  char *slash = strrchr(path, '/');
  if (!slash) return mkdir(path, mode);
  *slash = 0;
  int parent = cnode_open_plainly(slash == path ? "/" : path, O_PATH, 0);
  *slash = '/';
  if (parent < 0) return -1;
  int made = mkdirat(parent, slash + 1, mode);
  int reason = errno;
  close(parent);
  return errno = reason, made;
}

int cnode_make_directories(const char *path, mode_t mode, int with_last) {
  char partial[4096];
  size_t length = strlen(path);
  if (length >= sizeof partial) return errno = ENAMETOOLONG, -1;
  memcpy(partial, path, length + 1);
  for (char *slash = partial + 1; (slash = strchr(slash, '/')); slash++) {
    *slash = 0;
    int made = make_directory(partial, mode);
    *slash = '/';
    if (made != 0 && errno != EEXIST && errno != EROFS) return -1;
  }
  if (!with_last || make_directory(partial, mode) == 0) return 0;
  if (errno != EEXIST && errno != EROFS) return -1;
  int there = cnode_open_plainly(path, O_PATH | O_DIRECTORY, 0);
  return there < 0 ? -1 : close(there);
}

int cnode_make_file(const char *path, mode_t mode) {
  int file = cnode_open_plainly(path, O_WRONLY | O_CREAT, mode);
  return file < 0 ? -1 : close(file);
}

int cnode_write_file(const char *path, const char *text, int flags, mode_t mode) {
  int file = open(path, flags | O_CLOEXEC, mode);
  if (file < 0) return -1;
  size_t length = strlen(text);
  while (length > 0) {
    ssize_t written = write(file, text, length);
    if (written < 0) {
      int reason = errno;
      close(file);
      return errno = reason, -1;
    }
    text += written;
    length -= (size_t)written;
  }
  return close(file);
}

int cnode_open_as(const char *path, int number, int flags) {
  int file = open(path, flags | O_CLOEXEC, 0600);
  if (file < 0) return -1;
  if (file == number) return fcntl(file, F_SETFD, 0);
  int moved = dup2(file, number);
  close(file);
  return moved < 0 ? -1 : 0;
}

struct directory_entry {
  uint64_t inode;
  int64_t offset;
  unsigned short length;
  unsigned char type;
  char name[];
};

static int remove_entry(int parent, const char *name, int is_cgroup, long patience_ms);

// A cgroup's files cannot be removed and go with it: only directories count there.
static int remove_entries(int directory, int is_cgroup, long patience_ms) {
  _Alignas(8) char buffer[4096];
  for (;;) {
    lseek(directory, 0, SEEK_SET);
    long size = syscall(SYS_getdents64, directory, buffer, sizeof buffer);
    if (size < 0) return -1;
    int removed = 0;
    while (size > 0) {
      for (long at = 0; at < size;) {
        struct directory_entry *entry = (struct directory_entry *)(buffer + at);
        at += entry->length;
        if (strcmp(entry->name, ".") == 0 || strcmp(entry->name, "..") == 0) continue;
        if (is_cgroup && entry->type != DT_DIR) continue;
        if (remove_entry(directory, entry->name, is_cgroup, patience_ms) != 0) return -1;
        removed = 1;
      }
      size = syscall(SYS_getdents64, directory, buffer, sizeof buffer);
      if (size < 0) return -1;
    }
    if (!removed) return 0;
  }
}

// A cgroup stays busy for a moment after its last process was reaped.
static int remove_cgroup(int parent, const char *name, long patience_ms) {
  struct timespec moment = {.tv_nsec = 1000000};
  while (unlinkat(parent, name, AT_REMOVEDIR) != 0) {
    if (errno == ENOENT) return 0;
    if (errno != EBUSY || patience_ms-- <= 0) return -1;
    nanosleep(&moment, NULL);
  }
  return 0;
}

static int remove_entry(int parent, const char *name, int is_cgroup, long patience_ms) {
  if (!is_cgroup && unlinkat(parent, name, 0) == 0) return 0;
  int directory = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (directory < 0) return errno == ENOENT ? 0 : -1;
  int result = remove_entries(directory, is_cgroup, patience_ms);
  int reason = errno;
  close(directory);
  if (result != 0) return errno = reason, -1;
  if (is_cgroup) return remove_cgroup(parent, name, patience_ms);
  return unlinkat(parent, name, AT_REMOVEDIR);
}

int cnode_remove(const char *path) { return remove_entry(AT_FDCWD, path, 0, 0); }

int cnode_remove_cgroups(const char *path, long patience_ms) { return remove_entry(AT_FDCWD, path, 1, patience_ms); }
