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

enum { CNODE_PLAN_SIZE = 16 << 20 };

// A copy of the plan in a file, if every field of it holds what its verb reads; else NULL with errno.
struct cnode_plan *cnode_load_plan(int file);
// Whether its parent's steps leave the process that performs them as it is.
int cnode_spares_parent(const struct cnode_plan *plan);
void cnode_free_plan(struct cnode_plan *plan);
// NULL for what is absent.
const char *cnode_text(const struct cnode_plan *plan, uint32_t offset);
// Offsets become pointers where they stand, so that no memory is needed.
char **cnode_list(struct cnode_plan *plan, uint32_t offset);

// Performs `count` steps from `first`; success is {-1, 0}. Does not return from execute and pause.
struct cnode_report cnode_perform(struct cnode_context *context, uint32_t first, uint32_t count);
