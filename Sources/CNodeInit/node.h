// Pid 1 of a node in its parts, and what they need of each other.
#pragma once
#include "interpreter.h"
#include <poll.h>

// ---- node.c: its life, and what the kubelet asks -----------------------------------------------------------------

// Sets the node up by the plan's child steps, reports on the channel, and serves until the node is to end.
_Noreturn void cnode_be_node(struct cnode_context *context);

// ---- processes.c: the table of what was started for pods ---------------------------------------------------------

struct process {
  char name[CNODE_NAME_SIZE];
  pid_t pid;
  int pidfd;
  uint32_t state;
  uint32_t request;    // to be answered when it has been started; 0 when the asking kubelet is gone
  int report;          // while it is starting
  uint32_t streams;
  int descriptors[3];  // our ends of the streams: input, output, errors; or the terminal
  int64_t started, finished;
  int code, signal;
  int is_told;         // the kubelet knows that it ended
};

void cnode_open_processes(void);
struct process *cnode_find(const char *name);
// Answers the request at once when it fails, else when the process has been executed.
void cnode_start(const struct cnode_request *request, struct cnode_plan *plan);
// Kills it if it runs.
void cnode_forget(struct process *process);
void cnode_record_exit(pid_t pid, int status);
// Tells the kubelet: all processes, or those whose end it does not know. Without a kubelet, the next one knows of none.
void cnode_list_processes(uint32_t id);
void cnode_tell_exits(void);

// Those that are starting have something to say: the entries to poll (as many as there is room for), and hearing them.
size_t cnode_process_count(void);
size_t cnode_watch_starting(struct pollfd *watched, size_t room);
void cnode_hear_starting(const struct pollfd *watched, size_t count);

// ---- services.c: what the node itself needs ----------------------------------------------------------------------

// Without a plan no kubelet is started: its socket goes to whoever launched the node.
void cnode_prepare_services(struct cnode_plan *kubelet_plan);
// Starts what is due; returns in how many milliseconds something will be, at most `longest`.
int64_t cnode_start_services(int64_t longest);
// Whether it was one of them.
int cnode_service_ended(pid_t pid, int status);
