// Node init: the small, single-threaded C process that forks everything on a node.
//
// Swift decides, C executes. Swift writes a plan (a flat list of steps) into a memory file and hands it over; a child
// performs the steps between clone and execve and reports {step, errno} when one fails. This header is the whole
// contract between the two.
//
// The program re-executes itself as CNODE_ROLE with these descriptors, and a constructor catches the role before Swift
// starts. That process, the launcher, makes the namespaces, waits for pid 1 in them and sweeps what it leaves behind.
#pragma once
#include <stddef.h>
#include <stdint.h>

#define CNODE_ROLE "podium-node"

// As this, followed by the pid of a node's pid 1 and a command, the program runs the command inside the node.
#define CNODE_SHELL_ROLE "podium-shell"

// What the launcher finds open.
enum {
  CNODE_CHANNEL = 3,       // a socket to whoever launched: one cnode_report, and control sockets if `handsOverControl`
  CNODE_LAUNCH_PLAN = 4,   // how the bundle is made
  CNODE_LOCK = 5,          // a locked file: locked as long as the node lives
  CNODE_KUBELET_PLAN = 6,  // how the kubelet is started; may be absent
  CNODE_PROGRAM = 7,       // what it was executed from, of no use any more
};

// What the kubelet finds open: its socket to node init.
enum { CNODE_CONTROL = 3 };

enum { CNODE_NAME_SIZE = 80, CNODE_SLOTS = 256 };

// The verbs of a plan. Names in brackets are the step's fields that the verb reads.
enum cnode_verb {
  CNODE_MAKE_DIRECTORIES = 1,  // [source, flags: mode] with every missing parent
  CNODE_MAKE_FILE,             // [source, flags: mode] empty, unless it is there
  CNODE_WRITE_FILE,            // [source, data, number: open(2) flags, flags: mode]
  CNODE_OPEN,                  // [source, number: descriptor that it becomes, flags: open(2) flags]
  CNODE_MAKE_LINK,             // [source: what it says, target: where it is]
  CNODE_CHANGE_MODE,           // [source, flags]
  CNODE_REMOVE_TREE,           // [source] a file or a directory with all that is in it
  CNODE_REMOVE_IF_EMPTY,       // [source] a directory; one that is in use stays
  CNODE_REMOVE_CGROUPS,        // [source, flags: milliseconds of patience] a cgroup with all below it
  CNODE_MOUNT,                 // [source, target, type, data, flags]
  CNODE_SET_MOUNT_FLAGS,       // [source, flags: MOUNT_ATTR_*] with all mounts below it
  CNODE_TAKE_MOUNT,            // [source, number: slot] what is to appear elsewhere, with all mounts below it;
                               // [target] a place inside of it: no link leads out on the way there
  CNODE_PLACE_MOUNT,           // [target, number: slot, flags: MOUNT_ATTR_*] made as a file or directory if missing
  CNODE_UNMOUNT,               // [source, flags]
  CNODE_ENTER_ROOT,            // [source] becomes the root; the old one stays reachable for mounts of proc and sysfs
  CNODE_LEAVE_OLD_ROOT,        // []
  CNODE_CHANGE_DIRECTORY,      // [source] EXDEV when that lies outside of the root
  CNODE_JOIN,                  // [source: name of a process, flags: CLONE_NEW*]
  CNODE_UNSHARE,               // [flags: CLONE_NEW*]
  CNODE_CLOSE_DESCRIPTORS,     // [] all but the standard streams and the child's report
  CNODE_NEW_KEYRING,           // [] for the keys of the session
  CNODE_MAP_IDS,               // [source: uid_map, gid_map or setgroups, data] of the child; for the parent's list
  CNODE_RUN,                   // [data: arguments; a second one PID becomes the child's] waits for success
  CNODE_SEND_NETLINK,          // [data: messages, flags: their length, number: where the child's pid goes, or -1]
  CNODE_OPEN_WIRE,             // [source: folder of mailboxes, number: index of a link, flags: number of the node]
                               // what comes by the link goes to other nodes, and what they send comes out there
  CNODE_SET_HOST_NAME,         // [source]
  CNODE_SET_LIMIT,             // [number: resource, flags: soft and hard]
  CNODE_CONTROL_PROCESS,       // [number: prctl option, flags: argument]
  CNODE_BOUND_CAPABILITIES,    // [flags: mask]
  CNODE_SET_CAPABILITIES,      // [flags: mask]
  CNODE_SET_GROUPS,            // [number: count, data: that many 32-bit ids]
  CNODE_SET_GROUP,             // [flags]
  CNODE_SET_USER,              // [flags] who also comes to own the standard streams
  CNODE_FILTER_SYSTEM_CALLS,   // [data: classic BPF, number: instructions] from here on, execve and children too
  CNODE_NEW_SESSION,           // []
  CNODE_OPEN_TERMINAL,         // [flags: columns << 16 | rows] on the standard streams, from the /dev/pts of here; the master is handed back
  CNODE_AWAIT_PARENT,          // [] until the parent's list is done
  CNODE_EXECUTE,               // [data: candidate paths, target: arguments, type: environment]
  CNODE_PAUSE,                 // [] for ever, reaping
};

// Strings and lists are offsets from the plan's first byte; 0 is absent. A list is 64-bit offsets, ended by 0.
struct cnode_step {
  uint16_t verb;
  uint16_t tolerated;  // an errno that is no failure here
  int32_t number;
  uint64_t flags;
  uint32_t source, target, type, data;
};

// Which streams a started process gets; the others are /dev/null.
enum {
  CNODE_STREAM_INPUT = 1,
  CNODE_STREAM_OUTPUT = 2,
  CNODE_STREAM_ERRORS = 4,
  CNODE_STREAM_TERMINAL = 8,  // the child opens it by CNODE_OPEN_TERMINAL
  CNODE_STREAM_INHERITED = 16,
  CNODE_STREAM_KEPT = 32,  // we keep our ends as well, for the next kubelet
};

// First the parent's steps (done by the one who clones, after the clone), then the child's, then those for the end.
struct cnode_plan {
  uint32_t size;
  uint32_t parent_steps, child_steps, final_steps;
  uint64_t clone_flags;
  uint32_t streams;
  uint32_t process_namespace_of;  // name of the process whose pid namespace the child is born into; 0 is our own
  uint32_t hands_over_control;    // launch plans: no kubelet is started, its socket goes to the launching process
  uint32_t state_directory;       // launch plans: the node ends when this directory is removed
  uint32_t unclaimed_seconds;     // launch plans: the node ends when nobody claimed it for so long
  uint32_t is_trial;              // launch plans: the node reports how its steps ended, and ends
  struct cnode_step steps[];
};

// How a step list ended: step -1 and error 0 is success, CNODE_CLONING that the process could not be made at all.
enum { CNODE_CLONING = 0x7FFFFFFF };

struct cnode_report {
  int32_t step;
  int32_t error;
};

enum cnode_request_verb {
  CNODE_START = 1,      // plan attached; the process is called `name`
  CNODE_PERFORM,        // plan attached; its parent's steps are done by node init itself
  CNODE_SIGNAL,         // `name`, number
  CNODE_SIGNAL_GROUP,   // `name`, number: the process group of it
  CNODE_FORGET,         // `name`: kills it if it runs; then nothing is known of it
  CNODE_CLOSE_INPUT,    // `name`: its input comes to the end once nobody else holds it
  CNODE_LIST,           // one CNODE_ENTRY for each process, then the result
  CNODE_SOCKET,         // a TCP socket of the network of `name`; number is the address family
  CNODE_CLAIM,          // a control plane is there
  CNODE_END,            // the whole node ends
};

struct cnode_request {
  uint32_t verb;
  uint32_t id;
  int32_t number;
  uint32_t reserved;
  char name[CNODE_NAME_SIZE];
};

enum cnode_message_kind {
  CNODE_RESULT = 1,  // of the request with this id; a started process' streams are attached
  CNODE_ENTRY,       // of a list; streams attached
  CNODE_EXITED,
};

enum cnode_process_state { CNODE_STARTING = 1, CNODE_RUNNING, CNODE_ENDED };

// Attached streams come in the order input, output, errors; a terminal is a single one. Times: nanoseconds since 1970.
struct cnode_message {
  uint32_t kind;
  uint32_t id;
  int32_t step, error;
  int32_t pid;
  uint32_t state;
  uint32_t streams;
  int32_t code;    // of an exit, or 0
  int32_t signal;  // that ended it, or 0
  uint32_t reserved;
  int64_t started, finished;
  char name[CNODE_NAME_SIZE];
};

// Both return the number of bytes, or -1 with errno. Received descriptors are close-on-exec; *count is the room for
// them and becomes how many came.
long cnode_send(int socket, const void *bytes, size_t size, const int *descriptors, int count);
long cnode_receive(int socket, void *bytes, size_t size, int *descriptors, int *count);

// A file in memory with this content, at its beginning; or -1 with errno.
int cnode_memory_file(const char *name, const void *bytes, size_t size);

// Runs the program of this process again as the launcher; the descriptors become the numbers above (the kubelet's plan
// may be -1). The launcher is nobody's child: its pid stands in the locked file. Returns 0, or -1 with errno.
int cnode_spawn_launcher(int channel, int launch_plan, int lock, int kubelet_plan, int errors);
