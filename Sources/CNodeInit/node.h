// What the launcher needs from pid 1's side.
#pragma once
#include "interpreter.h"

// clone3 without sharing memory: 0 in the child, its pid in the parent, -1 with errno. `pidfd` may be NULL.
pid_t cnode_clone(uint64_t flags, int *pidfd);

// Sets the node up by the plan's child steps, reports on the channel, and serves until the node is to end.
_Noreturn void cnode_be_node(struct cnode_context *context);
