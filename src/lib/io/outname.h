/* What the name of an output stands for: "-" is standard output; /dev/stdout,
   /dev/stderr, /dev/fd/N and /proc/self/fd/N are descriptors that are open; any
   other is a file.  Nothing is opened or made here.  */
#ifndef NG_OUTNAME_H
#define NG_OUTNAME_H

#include <stdbool.h>
#include <sys/stat.h>

/* The open descriptor that NAME stands for, or -1.  */
int ng_outname_descriptor (const char *name);

/* Would of two outputs called A and B one replace the other, or both mix?
   They do if they stand for one descriptor; if their last components are equal
   and their folders are one, however spelled; if they are one FIFO; and if one
   is a descriptor of the file that has the other's name, by whichever of its
   links.  Two links to one file are two outputs, since each is replaced, and so
   are a symbolic link and what it leads to.  A character device (a terminal,
   /dev/null) may be two outputs under any names that do not stand for one
   descriptor.  */
bool ng_outname_same (const char *a, const char *b);

/* Are they of one file?  */
static inline bool
ng_same_inode (const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

#endif
