#include <config.h>

#include "io/outname.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int
ng_outname_descriptor (const char *name)
{
    static const char *const folders[] = { "/dev/fd/", "/proc/self/fd/" };
    const char *digits = NULL;
    int fd = 0;

    if (strcmp (name, "-") == 0 || strcmp (name, "/dev/stdout") == 0)
        return STDOUT_FILENO;
    if (strcmp (name, "/dev/stderr") == 0)
        return STDERR_FILENO;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (strncmp (name, folders[i], strlen (folders[i])) == 0)
            digits = name + strlen (folders[i]);
    if (!digits || *digits == '\0')
        return -1;
    for (; *digits >= '0' && *digits <= '9' && fd < 100000; digits++)
        fd = 10 * fd + (*digits - '0');
    return *digits == '\0' ? fd : -1;
}

/* What is written to under a name.  */
struct target
{
    int fd;         /* the descriptor that the name stands for, or -1 */
    bool exists;    /* there is something */
    bool in_place;  /* it is written to as it is, not replaced */
    struct stat st; /* of it, if it exists; where it is replaced and a symbolic
                       link, of that */
};

static struct target
find_target (const char *name)
{
    struct target t = { .fd = ng_outname_descriptor (name) };

    if (t.fd >= 0)
    {
        t.in_place = true;
        t.exists = fstat (t.fd, &t.st) == 0;
        return t;
    }
    t.exists = stat (name, &t.st) == 0;
    t.in_place = t.exists && !S_ISREG (t.st.st_mode);
    if (!t.in_place)
        t.exists = lstat (name, &t.st) == 0;
    return t;
}

/* The status of the folder of NAME, whose last component begins at BASE.  */
static bool
stat_folder (const char *name, const char *base, struct stat *st)
{
    char *dir =
        base == name ? strdup (".") : strndup (name, (size_t) (base - name));
    bool found = dir && stat (dir, st) == 0;

    free (dir);
    return found;
}

static const char *
last_component (const char *name)
{
    const char *slash = strrchr (name, '/');

    return slash ? slash + 1 : name;
}

/* Are A and B, which both are to be replaced, one name in one folder?  */
static bool
same_place (const char *a, const char *b)
{
    const char *base_a = last_component (a), *base_b = last_component (b);
    struct stat dir_a, dir_b;

    if (strcmp (a, b) == 0)
        return true;
    return strcmp (base_a, base_b) == 0 && stat_folder (a, base_a, &dir_a)
           && stat_folder (b, base_b, &dir_b) && ng_same_inode (&dir_a, &dir_b);
}

bool
ng_outname_same (const char *a, const char *b)
{
    struct target x = find_target (a), y = find_target (b);

    if (x.fd >= 0 && x.fd == y.fd)
        return true;
    if (!x.in_place && !y.in_place)
        return same_place (a, b);
    return x.exists && y.exists && ng_same_inode (&x.st, &y.st)
           && !S_ISCHR (x.st.st_mode);
}
