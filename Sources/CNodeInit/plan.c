// Plans as they come from the kubelet: nothing in them is believed before it was looked at.
#define _GNU_SOURCE
#include "interpreter.h"
#include <errno.h>
#include <linux/filter.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

// What a field of a step holds.
enum content { NOTHING, TEXT, MAYBE_TEXT, LIST, MESSAGES, GROUPS, INSTRUCTIONS };

struct layout {
  enum content source, target, type, data;
  int has_slot;
  int changes_process;  // what the process is that performs it
};

// By verb.
static const struct layout layouts[CNODE_PAUSE + 1] = {
    [CNODE_MAKE_DIRECTORIES] = {.source = TEXT},
    [CNODE_MAKE_FILE] = {.source = TEXT},
    [CNODE_WRITE_FILE] = {.source = TEXT, .data = TEXT},
    [CNODE_OPEN] = {.source = TEXT, .changes_process = 1},
    [CNODE_MAKE_LINK] = {.source = TEXT, .target = TEXT},
    [CNODE_CHANGE_MODE] = {.source = TEXT},
    [CNODE_REMOVE_TREE] = {.source = TEXT},
    [CNODE_REMOVE_IF_EMPTY] = {.source = TEXT},
    [CNODE_REMOVE_CGROUPS] = {.source = TEXT},
    [CNODE_MOUNT] = {.source = MAYBE_TEXT, .target = TEXT, .type = MAYBE_TEXT, .data = MAYBE_TEXT},
    [CNODE_SET_MOUNT_FLAGS] = {.source = TEXT},
    [CNODE_TAKE_MOUNT] = {.source = TEXT, .target = MAYBE_TEXT, .has_slot = 1},
    [CNODE_PLACE_MOUNT] = {.target = TEXT, .has_slot = 1},
    [CNODE_UNMOUNT] = {.source = TEXT},
    [CNODE_ENTER_ROOT] = {.source = TEXT, .changes_process = 1},
    [CNODE_LEAVE_OLD_ROOT] = {.changes_process = 1},
    [CNODE_CHANGE_DIRECTORY] = {.source = TEXT, .changes_process = 1},
    [CNODE_JOIN] = {.source = TEXT, .changes_process = 1},
    [CNODE_UNSHARE] = {.changes_process = 1},
    [CNODE_CLOSE_DESCRIPTORS] = {.changes_process = 1},
    [CNODE_NEW_KEYRING] = {.changes_process = 1},
    [CNODE_MAP_IDS] = {.source = TEXT, .data = TEXT, .changes_process = 1},
    [CNODE_RUN] = {.data = LIST, .changes_process = 1},
    [CNODE_SEND_NETLINK] = {.data = MESSAGES},
    [CNODE_OPEN_WIRE] = {.source = TEXT, .changes_process = 1},
    [CNODE_SET_HOST_NAME] = {.source = TEXT, .changes_process = 1},
    [CNODE_SET_LIMIT] = {.changes_process = 1},
    [CNODE_CONTROL_PROCESS] = {.changes_process = 1},
    [CNODE_BOUND_CAPABILITIES] = {.changes_process = 1},
    [CNODE_SET_CAPABILITIES] = {.changes_process = 1},
    [CNODE_SET_GROUPS] = {.data = GROUPS, .changes_process = 1},
    [CNODE_SET_GROUP] = {.changes_process = 1},
    [CNODE_SET_USER] = {.changes_process = 1},
    [CNODE_FILTER_SYSTEM_CALLS] = {.data = INSTRUCTIONS, .changes_process = 1},
    [CNODE_NEW_SESSION] = {.changes_process = 1},
    [CNODE_OPEN_TERMINAL] = {.changes_process = 1},
    [CNODE_AWAIT_PARENT] = {.changes_process = 1},
    [CNODE_EXECUTE] = {.data = LIST, .target = LIST, .type = LIST, .changes_process = 1},
    [CNODE_PAUSE] = {.changes_process = 1},
};

static uint64_t steps_end(const struct cnode_plan *plan) {
  uint64_t count = (uint64_t)plan->parent_steps + plan->child_steps + plan->final_steps;
  return sizeof *plan + count * sizeof plan->steps[0];
}

// What fields point to lies behind the steps: turning lists into pointers changes no step.
static int holds_text(const struct cnode_plan *plan, uint64_t offset) {
  return offset >= steps_end(plan) && offset < plan->size &&
         memchr((const char *)plan + offset, 0, plan->size - offset) != NULL;
}

static int holds_bytes(const struct cnode_plan *plan, uint64_t offset, uint64_t count, size_t alignment) {
  return offset >= steps_end(plan) && offset % alignment == 0 && offset <= plan->size && count <= plan->size - offset;
}

static int holds_list(const struct cnode_plan *plan, uint64_t offset) {
  for (;; offset += sizeof(uint64_t)) {
    if (!holds_bytes(plan, offset, sizeof(uint64_t), sizeof(uint64_t))) return 0;
    uint64_t entry = *(const uint64_t *)((const char *)plan + offset);
    if (entry == 0) return 1;
    if (!holds_text(plan, entry)) return 0;
  }
}

static int holds(const struct cnode_plan *plan, const struct cnode_step *step, enum content content, uint32_t offset) {
  switch (content) {
    case NOTHING: return 1;
    case MAYBE_TEXT: return offset == 0 || holds_text(plan, offset);
    case TEXT: return holds_text(plan, offset);
    case LIST: return holds_list(plan, offset);
    case MESSAGES:
      return holds_bytes(plan, offset, step->flags, 4) &&
             (step->number < 0 || (uint64_t)step->number + sizeof(uint32_t) <= step->flags);
    case GROUPS:
      return step->number >= 0 && holds_bytes(plan, offset, (uint64_t)step->number * sizeof(uint32_t), 4);
    case INSTRUCTIONS:
      return step->number >= 0 && step->number <= BPF_MAXINSNS &&
             holds_bytes(plan, offset, (uint64_t)step->number * sizeof(struct sock_filter), 4);
  }
  return 0;
}

static int is_sound(const struct cnode_plan *plan, size_t size) {
  if (plan->size != size || steps_end(plan) > size) return 0;
  if (plan->process_namespace_of && !holds_text(plan, plan->process_namespace_of)) return 0;
  if (plan->state_directory && !holds_text(plan, plan->state_directory)) return 0;
  uint32_t count = plan->parent_steps + plan->child_steps + plan->final_steps;
  for (uint32_t index = 0; index < count; index++) {
    const struct cnode_step *step = &plan->steps[index];
    if (step->verb == 0 || step->verb > CNODE_PAUSE) return 0;
    const struct layout *layout = &layouts[step->verb];
    if (!holds(plan, step, layout->source, step->source) || !holds(plan, step, layout->target, step->target) ||
        !holds(plan, step, layout->type, step->type) || !holds(plan, step, layout->data, step->data))
      return 0;
    if (layout->has_slot && (step->number < 0 || step->number >= CNODE_SLOTS)) return 0;
  }
  return 1;
}

// Behind the plan lies at least one zero, which ends every text.
static size_t room_of(size_t size) { return size + 1; }

struct cnode_plan *cnode_load_plan(int file) {
  struct stat status;
  if (fstat(file, &status) != 0) return NULL;
  if (!S_ISREG(status.st_mode) || (size_t)status.st_size < sizeof(struct cnode_plan) || status.st_size > CNODE_PLAN_SIZE)
    return errno = EINVAL, NULL;
  size_t size = (size_t)status.st_size;
  // A copy: whoever sent the file still holds it.
  struct cnode_plan *plan =
      mmap(NULL, room_of(size), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (plan == MAP_FAILED) return NULL;
  if (pread(file, plan, size, 0) == (ssize_t)size && is_sound(plan, size)) return plan;
  munmap(plan, room_of(size));
  return errno = EINVAL, NULL;
}

int cnode_spares_parent(const struct cnode_plan *plan) {
  for (uint32_t index = 0; index < plan->parent_steps; index++)
    if (layouts[plan->steps[index].verb].changes_process) return 0;
  return 1;
}

void cnode_free_plan(struct cnode_plan *plan) { munmap(plan, room_of(plan->size)); }

const char *cnode_text(const struct cnode_plan *plan, uint32_t offset) {
  return offset ? (const char *)plan + offset : NULL;
}

char **cnode_list(struct cnode_plan *plan, uint32_t offset) {
  uint64_t *entries = (uint64_t *)((char *)plan + offset);
  // No memory is that low: an entry that is larger than any plan is a pointer already.
  for (uint64_t *entry = entries; *entry; entry++)
    if (*entry < CNODE_PLAN_SIZE) *entry += (uint64_t)(uintptr_t)plan;
  return (char **)entries;
}
