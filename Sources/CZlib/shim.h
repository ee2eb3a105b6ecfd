// What Swift cannot see of zlib: these names are macros there.
#include <zlib.h>

static inline int czlib_inflate_init(z_stream *stream) { return inflateInit(stream); }
static inline int czlib_deflate_init(z_stream *stream) { return deflateInit(stream, Z_BEST_COMPRESSION); }
