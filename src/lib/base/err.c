#include <config.h>

#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

static enum ng_err
record (struct ng_fault *fault, enum ng_err err, const char *file,
        const char *fmt, va_list args)
{
    fault->err = err;
    fault->file = file;
    (void) vsnprintf (fault->text, sizeof fault->text, fmt, args);
    return err;
}

enum ng_err
ng_fault_set (struct ng_fault *fault, enum ng_err err, const char *file,
              const char *fmt, ...)
{
    va_list args;

    if (fault->err != NG_OK)
        return err;
    va_start (args, fmt);
    (void) record (fault, err, file, fmt, args);
    va_end (args);
    return err;
}

enum ng_err
ng_fault_at_line (struct ng_fault *fault, enum ng_err err, const char *file,
                  uint64_t line, const char *fmt, ...)
{
    va_list args;

    if (fault->err != NG_OK)
        return err;
    va_start (args, fmt);
    (void) record (fault, err, file, fmt, args);
    va_end (args);
    fault->line = line;
    return err;
}

enum ng_err
ng_fault_at_byte (struct ng_fault *fault, enum ng_err err, const char *file,
                  uint64_t byte, const char *fmt, ...)
{
    va_list args;

    if (fault->err != NG_OK)
        return err;
    va_start (args, fmt);
    (void) record (fault, err, file, fmt, args);
    va_end (args);
    fault->byte = byte;
    fault->has_byte = true;
    return err;
}

enum ng_err
ng_fault_sys_text (struct ng_fault *fault, const char *file, const char *text)
{
    int sys_errno = errno;

    if (fault->err != NG_OK)
        return NG_ESYS;
    (void) ng_fault_set (fault, NG_ESYS, file, "%s", text);
    fault->sys_errno = sys_errno;
    return NG_ESYS;
}

enum ng_err
ng_fault_sys (struct ng_fault *fault, const char *file)
{
    return ng_fault_sys_text (fault, file, "");
}

const char *
ng_err_text (enum ng_err err)
{
    switch (err)
    {
    case NG_OK:
        return "no error";
    case NG_END:
        return "unexpected end of data";
    case NG_FULL:
        return "the memory allowed is used up";
    case NG_ESYS:
        return "system error";
    case NG_ENOMEM:
        return "out of memory";
    case NG_EOVERFLOW:
        return "a number is too large";
    case NG_EFORMAT:
        return "malformed input";
    case NG_ELIMIT:
        return "beyond a limit";
    case NG_EINVAL:
        return "not possible with this input";
    }
    return "unknown error";
}
