#include <config.h>

#include "models/model.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/nglimits.h"
#include "io/input.h"
#include "models/arparead.h"
#include "models/ngmbuild.h"

static enum ng_err
map_file (struct ng_model *m, int fd, const char *name, struct ng_fault *fault)
{
    struct stat st;
    void *p;

    if (fstat (fd, &st) != 0)
        return ng_fault_sys (fault, name);
    if (!S_ISREG (st.st_mode) || st.st_size <= 0)
        return NG_END;
    p = mmap (NULL, (size_t) st.st_size, PROT_READ, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED)
        return NG_END;
    m->image = p;
    m->size = (size_t) st.st_size;
    m->is_mapped = true;
    return NG_OK;
}

static enum ng_err
read_whole (struct ng_model *m, struct ng_input *in)
{
    size_t cap = 0;

    for (;;)
    {
        size_t n;
        enum ng_err err;
        unsigned char *more =
            ng_grow (m->image, &cap, m->size + NG_BLOCK_BYTES, 1);

        if (!more)
            return NG_ENOMEM;
        m->image = more;
        err = ng_input_read (in, m->image + m->size, NG_BLOCK_BYTES, &n);
        if (err == NG_END)
            return NG_OK;
        if (err != NG_OK)
            return err;
        m->size += n;
    }
}

static enum ng_err
read_arpa (struct ng_model *m, struct ng_input *in, struct ng_fault *fault)
{
    struct ng_backoff backoff;
    enum ng_err err = ng_arpa_read (in, fault, &backoff);

    if (err == NG_OK)
        err = ng_ngm_image (&backoff, ng_input_name (in), fault, &m->image,
                            &m->size);
    ng_backoff_fini (&backoff);
    return err;
}

/* The image of the model in IN.  *CHECK becomes false if it was made here and
   needs no check.  */
static enum ng_err
get_image (struct ng_model *m, struct ng_input *in, const char *name,
           struct ng_fault *fault, bool *check)
{
    const unsigned char *start;
    size_t n;
    enum ng_err err = ng_input_peek (in, NG_NGM_MAGIC_BYTES, &start, &n);

    if (err != NG_OK && err != NG_END)
        return err;
    if (n == 0)
        return ng_fault_set (fault, NG_EFORMAT, name, "the model is empty");
    if (!ng_ngm_is_magic (start, n))
    {
        *check = false;
        return read_arpa (m, in, fault);
    }
    err = NG_END;
    if (ng_input_plain_fd (in) >= 0)
        err = map_file (m, ng_input_plain_fd (in), name, fault);
    return err == NG_END ? read_whole (m, in) : err;
}

enum ng_err
ng_model_open (const char *name, bool check, struct ng_fault *fault,
               struct ng_model **out)
{
    struct ng_model *m = calloc (1, sizeof *m);
    struct ng_input *in = NULL;
    enum ng_err err;

    if (!m)
        return NG_ENOMEM;
    err = ng_input_open (name, fault, &in);
    if (err == NG_OK)
        err = get_image (m, in, name, fault, &check);
    if (err == NG_OK)
        err = ng_ngm_open (m->image, m->size, check, name, fault, &m->ngm);
    (void) ng_input_close (in);
    if (err != NG_OK)
    {
        ng_model_close (m);
        return err;
    }
    *out = m;
    return NG_OK;
}

void
ng_model_close (struct ng_model *m)
{
    if (!m)
        return;
    if (m->is_mapped)
        (void) munmap (m->image, m->size);
    else
        free (m->image);
    free (m);
}
