// libmicrohttpd, and one-line wrappers of the functions whose variable arguments Swift cannot pass.
#pragma once
#include <microhttpd.h>
#include <stddef.h>
#include <stdint.h>

// Everything that a daemon of ours is started with.
struct cmicrohttpd_settings {
  // -1 for a daemon that is handed its connections.
  int listening_socket;
  unsigned int connection_limit;
  // In seconds without progress.
  unsigned int connection_timeout;
  size_t connection_memory;
  // The first argument of every callback.
  void *context;
  MHD_AccessHandlerCallback handle;
  void *(*begin)(void *context, const char *target, struct MHD_Connection *connection);
  MHD_RequestCompletedCallback completed;
  MHD_NotifyConnectionCallback connection_changed;
};

// One epoll thread of its own that may suspend and upgrade connections.
static inline struct MHD_Daemon *cmicrohttpd_start(const struct cmicrohttpd_settings *settings) {
  unsigned int flags =
      MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_ALLOW_UPGRADE;
  struct MHD_OptionItem socket[] = {
      {MHD_OPTION_LISTEN_SOCKET, settings->listening_socket, NULL},
      {MHD_OPTION_END, 0, NULL},
  };
  if (settings->listening_socket < 0) {
    flags |= MHD_USE_NO_LISTEN_SOCKET;
    socket[0].option = MHD_OPTION_END;
  }
  return MHD_start_daemon(
      flags, 0, NULL, NULL, settings->handle, settings->context,
      MHD_OPTION_CONNECTION_LIMIT, settings->connection_limit,
      MHD_OPTION_CONNECTION_TIMEOUT, settings->connection_timeout,
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, settings->connection_memory,
      MHD_OPTION_URI_LOG_CALLBACK, settings->begin, settings->context,
      MHD_OPTION_NOTIFY_COMPLETED, settings->completed, settings->context,
      MHD_OPTION_NOTIFY_CONNECTION, settings->connection_changed, settings->context,
      MHD_OPTION_ARRAY, socket, MHD_OPTION_END);
}

static inline int cmicrohttpd_descriptor(struct MHD_Connection *connection) {
  return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

static inline void *cmicrohttpd_socket_context(struct MHD_Connection *connection) {
  return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

// In seconds without progress.
static inline void cmicrohttpd_set_timeout(struct MHD_Connection *connection, unsigned int seconds) {
  (void)MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT, seconds);
}

static inline void cmicrohttpd_close_upgraded(struct MHD_UpgradeResponseHandle *handle) {
  (void)MHD_upgrade_action(handle, MHD_UPGRADE_ACTION_CLOSE);
}

// A macro with a cast, which Swift does not import.
static inline uint64_t cmicrohttpd_unknown_size(void) { return MHD_SIZE_UNKNOWN; }
