// How node init's own files see the interpreter of step lists.
#pragma once
#include "CNodeInit.h"
#include <sys/types.h>

// What steps refer to beyond themselves.
struct cnode_context {
  struct cnode_plan *plan;
  pid_t child;  // in the parent's list: the process that was cloned
  int report;   // in the child's list: the socket to the parent, or -1
};

// Maps the plan in a memory file, privately: lists of it are turned into pointers in place. NULL with errno.
struct cnode_plan *cnode_map_plan(int descriptor);
const char *cnode_text(const struct cnode_plan *plan, uint32_t offset);

// Performs `count` steps from `first`; success is {-1, 0}. Does not return from execute and pause.
struct cnode_report cnode_perform(struct cnode_context *context, uint32_t first, uint32_t count);

// Where the kernel shows this process' command line.
void cnode_remember_title(char **arguments);
void cnode_set_title(const char *title);
