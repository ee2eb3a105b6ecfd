// What steps do, by the file that does it. Like all that runs between clone and execve, without malloc and stdio; 0, or
// -1 with errno.
#pragma once
#include "interpreter.h"

// ---- files.c ---------------------------------------------------------------------------------------------------

// Names in /proc that lead to what a process has open are refused: a link in an image could point at them.
int cnode_open_plainly(const char *path, uint64_t flags, mode_t mode);
// With every missing parent; without the last one, only those.
int cnode_make_directories(const char *path, mode_t mode, int with_last);
int cnode_make_file(const char *path, mode_t mode);
int cnode_write_file(const char *path, const char *text, int flags, mode_t mode);
// A descriptor that becomes another number and survives execve there.
int cnode_open_as(const char *path, int number, int flags);
// With all that is in it.
int cnode_remove(const char *path);
int cnode_remove_cgroups(const char *path, long patience_ms);

// ---- mounts.c --------------------------------------------------------------------------------------------------

int cnode_take_mount(int slot, const char *whole, const char *part);
int cnode_place_mount(int slot, const char *target, uint64_t attributes);
int cnode_enter_root(const char *path);
int cnode_leave_old_root(void);
int cnode_change_directory(const char *path);

// ---- identity.c ------------------------------------------------------------------------------------------------

int cnode_map_ids(pid_t child, const char *file, const char *text);
int cnode_bound_capabilities(uint64_t kept);
int cnode_set_capabilities(uint64_t wanted);
int cnode_set_user(uid_t user);
int cnode_filter_system_calls(const char *program, int instructions);

// ---- links.c ---------------------------------------------------------------------------------------------------

int cnode_send_netlink(char *messages, size_t size, int32_t pid_offset, pid_t child);

// ---- programs.c ------------------------------------------------------------------------------------------------

int cnode_run(char **arguments, pid_t child);
int cnode_open_terminal(int report, unsigned columns_and_rows);
int cnode_await_parent(int report);
int cnode_execute(char **candidates, char **arguments, char **environment);
_Noreturn void cnode_pause_for_ever(void);
