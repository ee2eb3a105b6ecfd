// What all parts of a node ask of the system.
#pragma once
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

// clone3 without sharing memory: 0 in the child, its pid in the parent, -1 with errno. `pidfd` may be NULL.
pid_t cnode_clone(uint64_t flags, int *pidfd);
void cnode_unblock_signals(void);
// Closes it if it is open, and makes it -1.
void cnode_close(int *descriptor);
int64_t cnode_now_ns(clockid_t clock);
int64_t cnode_now_ms(void);
_Noreturn void cnode_end_node(void);

// Where the kernel shows this process' command line.
void cnode_remember_title(char **arguments);
void cnode_set_title(const char *title);

// The number's digits, which end at the end of the text.
char *cnode_decimal(pid_t number, char text[16]);
