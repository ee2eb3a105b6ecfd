#include <archive.h>
#include <archive_entry.h>
// Unpacking an archive sets the extended attributes that it holds.
#include <sys/xattr.h>
