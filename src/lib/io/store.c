#include <config.h>

#include "io/store.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/pages.h"
#include "io/spill.h"

enum
{
    BLOCK_BYTES_MIN = 8 * 1024,
    BLOCK_BYTES_MAX = 64 * 1024,
    BLOCKS_PER_BUDGET = 2048, /* until blocks are at their largest */
    SHARE = 8,                /* of the budget for what is open at once */
    FAN_MIN = 16,
    SLAB_BYTES = 2 * 1024 * 1024, /* asked of the system at a time */
    RECORD_BYTES_MAX = 4096
};

struct ng_store
{
    const char *dir;
    struct ng_fault *fault;
    enum ng_err err;
    uint64_t budget;
    size_t block; /* bytes */
    size_t fan;
    uint64_t n_kept, max_kept; /* blocks of columns in memory */

    unsigned char **slabs;
    size_t n_slabs, cap_slabs;
    unsigned char **free; /* blocks not in use */
    size_t n_free, cap_free;
    unsigned char *trash; /* written to after a fault */
    unsigned char *zeros; /* read after a fault */

    int fd; /* -1: no file yet */
    uint64_t n_places;
    uint64_t *places; /* in the file, not in use */
    size_t n_free_places, cap_places;
};

enum ng_err
ng_store_open (uint64_t budget, const char *dir, struct ng_fault *fault,
               struct ng_store **out)
{
    struct ng_store *s = calloc (1, sizeof *s);
    uint64_t block = budget / BLOCKS_PER_BUDGET / 4096 * 4096;

    if (!s)
        return NG_ENOMEM;
    s->dir = dir;
    s->fault = fault;
    s->fd = -1;
    s->budget = budget;
    s->block = block < BLOCK_BYTES_MIN   ? BLOCK_BYTES_MIN
               : block > BLOCK_BYTES_MAX ? BLOCK_BYTES_MAX
                                         : (size_t) block;
    s->max_kept = budget / 2 / s->block;
    s->fan = (size_t) (budget / SHARE / s->block);
    s->fan = s->fan < FAN_MIN ? FAN_MIN : s->fan;
    s->trash = ng_alloc_array (s->block, 1);
    s->zeros = ng_calloc_array (s->block, 1);
    if (!s->trash || !s->zeros)
    {
        ng_store_close (s);
        return NG_ENOMEM;
    }
    *out = s;
    return NG_OK;
}

void
ng_store_close (struct ng_store *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->n_slabs; i++)
        ng_pages_free (s->slabs[i], SLAB_BYTES);
    if (s->fd >= 0)
        (void) close (s->fd);
    free (s->slabs);
    free (s->free);
    free (s->trash);
    free (s->zeros);
    free (s->places);
    free (s);
}

enum ng_err
ng_store_err (const struct ng_store *s)
{
    return s->err;
}

size_t
ng_store_fan (const struct ng_store *s)
{
    return s->fan;
}

uint32_t
ng_store_share (const struct ng_store *s, size_t bytes, uint32_t most)
{
    while (most > 1 && most > s->budget / SHARE / bytes)
        most /= 2;
    return most;
}

uint64_t
ng_store_spilled (const struct ng_store *s)
{
    return s->n_places * s->block;
}

static void
fail (struct ng_store *s, enum ng_err err)
{
    if (s->err == NG_OK)
        s->err = err;
}

/* ----------------------------------------------------------------- blocks */

/* Cut a piece of memory into blocks.  */
static bool
add_slab (struct ng_store *s)
{
    const size_t n = SLAB_BYTES / s->block;
    unsigned char **slabs, **blocks, *p;

    slabs = ng_grow (s->slabs, &s->cap_slabs, s->n_slabs + 1, sizeof *slabs);
    if (!slabs)
        return false;
    s->slabs = slabs;
    /* All blocks may come back, those of the slabs before too.  */
    blocks =
        ng_grow (s->free, &s->cap_free, (s->n_slabs + 1) * n, sizeof *blocks);
    if (!blocks)
        return false;
    s->free = blocks;
    /* Small pages: measured on 100 MB of text, large ones cost the system more
       than they save here, since blocks are read and written from front to
       back.  */
    p = ng_pages_alloc (SLAB_BYTES, false);
    if (!p)
        return false;
    slabs[s->n_slabs++] = p;
    for (size_t i = n; i-- > 0;)
        s->free[s->n_free++] = p + i * s->block;
    return true;
}

/* A block that is not in use; the trash after a fault.  */
static unsigned char *
take_block (struct ng_store *s)
{
    if (s->err == NG_OK && s->n_free == 0 && !add_slab (s))
        fail (s, NG_ENOMEM);
    return s->err == NG_OK ? s->free[--s->n_free] : s->trash;
}

static void
give_block (struct ng_store *s, unsigned char *block)
{
    if (block && block != s->trash)
        s->free[s->n_free++] = block;
}

/* ------------------------------------------------------------------- file */

/* Write LEN bytes of BLOCK to a place in the file.  */
static uint64_t
spill_block (struct ng_store *s, const unsigned char *block, size_t len)
{
    uint64_t place;

    if (s->fd < 0 && (s->fd = ng_spill_unnamed (s->dir)) < 0)
    {
        fail (s, ng_spill_not_made (s->fault, s->dir));
        return 0;
    }
    place =
        s->n_free_places > 0 ? s->places[--s->n_free_places] : s->n_places++;
    for (size_t done = 0; done < len;)
    {
        ssize_t n = pwrite (s->fd, block + done, len - done,
                            (off_t) (place * s->block + done));

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
        {
            fail (s, ng_spill_not_written (s->fault, s->dir));
            return 0;
        }
        done += (size_t) n;
    }
    return place;
}

static void
fetch_block (struct ng_store *s, uint64_t place, unsigned char *buf, size_t len)
{
    for (size_t done = 0; done < len;)
    {
        ssize_t n = pread (s->fd, buf + done, len - done,
                           (off_t) (place * s->block + done));

        if (n < 0 && errno == EINTR)
            continue;
        if (n == 0)
            errno = EIO;
        if (n <= 0)
        {
            fail (s, ng_spill_not_read (s->fault, s->dir));
            return;
        }
        done += (size_t) n;
    }
}

static void
give_place (struct ng_store *s, uint64_t place)
{
    uint64_t *places = ng_grow (s->places, &s->cap_places, s->n_free_places + 1,
                                sizeof *places);

    /* Without memory to note it the place is lost, and nothing else.  */
    if (!places)
        return;
    s->places = places;
    places[s->n_free_places++] = place;
}

static void
release (struct ng_store *s, const struct ng_block *b)
{
    if (b->where % 2 == 1)
        give_place (s, b->where / 2);
    else
    {
        give_block (s, (unsigned char *) (uintptr_t) b->where);
        s->n_kept--;
    }
}

/* ----------------------------------------------------------------- columns */

void
ng_column_init (struct ng_column *c, struct ng_store *s, size_t max)
{
    memset (c, 0, sizeof *c);
    c->store = s;
    c->max = max <= RECORD_BYTES_MAX ? max : RECORD_BYTES_MAX;
    /* So that the first record finds no room.  */
    c->at = s->trash + 1;
    c->last = s->trash;
}

void
ng_column_free (struct ng_column *c)
{
    if (c->store)
    {
        give_block (c->store, c->start);
        for (size_t i = 0; i < c->n_blocks; i++)
            if (c->blocks[i].used > 0)
                release (c->store, &c->blocks[i]);
    }
    free (c->blocks);
    memset (c, 0, sizeof *c);
}

/* Put the open block away; true if its memory is free again.  */
static bool
put_away (struct ng_column *c)
{
    struct ng_store *s = c->store;
    const size_t used = (size_t) (c->at - c->start);
    struct ng_block *blocks, *b;

    if (c->start == s->trash || s->err != NG_OK)
        return c->start != s->trash;
    blocks = ng_grow (c->blocks, &c->cap, c->n_blocks + 1, sizeof *blocks);
    if (!blocks)
    {
        fail (s, NG_ENOMEM);
        return true;
    }
    c->blocks = blocks;
    b = &blocks[c->n_blocks];
    b->used = (uint32_t) used;
    if (s->n_kept < s->max_kept)
    {
        b->where = (uintptr_t) c->start;
        s->n_kept++;
        c->n_blocks++;
        return false;
    }
    b->where = 2 * spill_block (s, c->start, used) + 1;
    c->n_blocks += s->err == NG_OK;
    return true;
}

void
ng_column_turn (struct ng_column *c)
{
    if (c->start && put_away (c))
        give_block (c->store, c->start);
    c->start = take_block (c->store);
    c->at = c->start;
    c->last = c->start + c->store->block - c->max;
}

void
ng_column_write (struct ng_column *c, const void *buf, size_t len)
{
    const unsigned char *p = buf;

    while (len > 0)
    {
        unsigned char *room = ng_column_room (c);
        size_t n = (size_t) (c->last - room) + 1;

        n = n < len ? n : len;
        memcpy (room, p, n);
        ng_column_advance (c, room + n);
        p += n;
        len -= n;
    }
}

void
ng_column_end (struct ng_column *c)
{
    if (c->start && (c->at == c->start || put_away (c)))
        give_block (c->store, c->start);
    c->start = NULL;
    c->at = c->store->trash + 1;
    c->last = c->store->trash;
}

/* ----------------------------------------------------------------- readers */

void
ng_reader_start (struct ng_reader *r, struct ng_column *c, bool consume)
{
    memset (r, 0, sizeof *r);
    r->c = c;
    r->consume = consume;
}

/* Release the block that was read last.  */
static void
leave (struct ng_reader *r)
{
    struct ng_block *b;

    if (!r->consume || r->next == 0 || r->next > r->c->n_blocks)
        return;
    b = &r->c->blocks[r->next - 1];
    if (b->used > 0)
        release (r->c->store, b);
    b->used = 0;
}

void
ng_reader_end (struct ng_reader *r)
{
    if (!r->c)
        return;
    leave (r);
    give_block (r->c->store, r->buf);
    memset (r, 0, sizeof *r);
}

void
ng_reader_turn (struct ng_reader *r)
{
    struct ng_store *s = r->c->store;
    const struct ng_block *b;

    leave (r);
    if (r->next >= r->c->n_blocks || s->err != NG_OK)
    {
        assert (s->err != NG_OK);
        r->next = r->c->n_blocks;
        r->at = s->zeros;
        r->end = s->zeros + s->block - RECORD_BYTES_MAX;
        return;
    }
    b = &r->c->blocks[r->next++];
    r->at = (const unsigned char *) (uintptr_t) b->where;
    if (b->where % 2 == 1)
    {
        if (!r->buf)
            r->buf = take_block (s);
        fetch_block (s, b->where / 2, r->buf, b->used);
        if (s->err != NG_OK)
            memset (r->buf, 0, s->block);
        r->at = r->buf;
    }
    r->end = r->at + b->used;
}
