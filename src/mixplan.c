#include <config.h>

#include "mix.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "batch/fair.h"
#include "cli.h"

/* -------------------------------------------------------------------- planning */

static bool
has_number (const struct ng_state_source *sources, size_t n, uint64_t number)
{
    for (size_t i = 0; i < n; i++)
        if (sources[i].number == number)
            return true;
    return false;
}

/* The state's source that has OWN's content and is not among TAKEN[N] yet; the
   same file may be there twice.  NULL if there is none.  */
static struct ng_state_source *
find_source (const struct ng_state *state, const struct ng_state_source *own,
             const struct ng_state_source *taken, size_t n)
{
    for (size_t i = 0; i < state->n_sources; i++)
        if (state->sources[i].n_tokens == own->n_tokens
            && state->sources[i].checksum == own->checksum
            && !has_number (taken, n, state->sources[i].number))
            return &state->sources[i];
    return NULL;
}

/* Fill in SOURCES as they are to be in a state, and return how many: those of
   MIX, of which what OLD, if not NULL, knows is taken over, then those of OLD
   that are not mixed now but may be again.  */
static size_t
know_sources (const struct mix *mix, const struct ng_state *old, bool checksum,
              struct ng_state_source *sources)
{
    uint64_t number = 0;
    size_t n = mix->n;

    for (size_t i = 0; old && i < old->n_sources; i++)
        if (old->sources[i].number >= number)
            number = old->sources[i].number + 1;
    for (size_t i = 0; i < mix->n; i++)
    {
        struct ng_state_source own = { .n_tokens = mix->shards[i].n_tokens };
        struct ng_state_source *known;

        if (checksum)
            own.checksum = ng_shards_checksum (&mix->shards[i]);
        known = old ? find_source (old, &own, sources, i) : NULL;
        if (known)
            own = *known;
        else
            own.number = number++;
        sources[i] = own;
    }
    for (size_t i = 0; old && i < old->n_sources; i++)
        if (!has_number (sources, mix->n, old->sources[i].number))
            sources[n++] = old->sources[i];
    return n;
}

/* Make a mixture of SOURCES[N] from step STEP on; they are those of MIX in
   their order if NAMED.  */
static enum ng_err
make_mixture (const struct mix *mix, bool named,
              const struct ng_state_source *sources, size_t n,
              uint64_t n_pieces, uint64_t step,
              const struct ng_sampler_spec *spec, struct ng_fault *fault,
              struct ng_mixture **mixture)
{
    struct ng_mixture_source *list = ng_calloc_array (n, sizeof *list);
    struct ng_mixture_spec m = { .spec = *spec,
                                 .sources = list,
                                 .n_sources = n,
                                 .n_pieces = n_pieces,
                                 .step = step };
    uint64_t total = 0;
    enum ng_err err;

    if (!list)
        return NG_ENOMEM;
    for (size_t i = 0; i < n; i++)
    {
        list[i].name = named && i < mix->n ? mix->names[i] : NULL;
        list[i].n_tokens = sources[i].n_tokens;
        list[i].share = sources[i].share;
        list[i].number = sources[i].number;
        list[i].origin = sources[i].origin;
        if (list[i].share > NG_FAIR_TOTAL_MAX - total)
            total = NG_FAIR_TOTAL_MAX;
        else
            total += list[i].share;
    }
    if (n > NG_FAIR_SOURCES_MAX || total == 0 || total == NG_FAIR_TOTAL_MAX)
        err = ng_fault_set (fault, NG_EFORMAT, NULL,
                            "the shares of the state do not fit");
    else
        err = ng_mixture_new (&m, fault, mixture);
    free (list);
    return err;
}

/* Is the mixture of STATE, with its sizes, still the same, source by source of
   those that are served?  SOURCES[N] have their new shares.  */
static bool
same_mixture (const struct ng_state *state,
              const struct ng_state_source *sources, size_t n,
              const struct ng_sampler_spec *spec)
{
    size_t i = 0, j = 0;

    if (spec->batch_size != state->spec.batch_size
        || spec->n_steps != state->spec.n_steps
        || spec->world != state->spec.world)
        return false;
    for (;; i++, j++)
    {
        while (i < n && sources[i].share == 0)
            i++;
        while (j < state->n_sources && state->sources[j].share == 0)
            j++;
        if (i == n || j == state->n_sources)
            return i == n && j == state->n_sources;
        if (sources[i].number != state->sources[j].number
            || sources[i].share != state->sources[j].share)
            return false;
    }
}

/* Take over from the mixture of STATE, which has served up to STEP, where each
   of SOURCES[N] that was in it stands.  */
static enum ng_err
leave_mixture (const struct mix *mix, const struct ng_state *state,
               uint64_t step, struct ng_state_source *sources, size_t n,
               const struct ng_sampler_spec *spec, struct ng_fault *fault)
{
    uint64_t from = state->sources[0].origin.step;
    struct ng_mixture *old = NULL;
    enum ng_err err =
        make_mixture (mix, false, state->sources, state->n_sources, 0, from,
                      &state->spec, fault, &old);

    for (size_t i = 0; err == NG_OK && i < n; i++)
        for (size_t j = 0; err == NG_OK && j < state->n_sources; j++)
            if (state->sources[j].number == sources[i].number)
            {
                struct ng_sampler_spec own = *spec;
                struct ng_origin origin = sources[i].origin;
                uint64_t pieces;

                own.n_tokens = sources[i].n_tokens;
                err = ng_mixture_leave (old, step, j, &own, &origin, &pieces);
                sources[i].origin = origin;
                sources[i].served += pieces * state->spec.n_steps;
            }
    ng_mixture_free (old);
    return err;
}

/* The plan for what is left after what SOURCES say was served.  */
static enum ng_err
make_plan (struct mix *mix, const struct mix_request *request, uint64_t n_steps,
           struct ng_state_source *sources, size_t n, struct ng_fault *fault)
{
    enum ng_err err;

    for (size_t i = 0; i < mix->n; i++)
        mix->plan[i].served = sources[i].served;
    err = ng_plan_make (request->kind, mix->plan, mix->n, n_steps,
                        request->n_epochs, request->max_epochs, &mix->n_pieces,
                        fault);
    for (size_t i = 0; i < n; i++)
        sources[i].share = i < mix->n ? mix->plan[i].share : 0;
    return err;
}

enum ng_err
mix_plan (struct mix *mix, const struct mix_request *request,
          const struct ng_sampler_spec *spec, struct ng_state *state,
          struct ng_fault *fault)
{
    bool resume = request->resume;
    struct ng_state_source *sources =
        ng_calloc_array (mix->n + state->n_sources, sizeof *sources);
    uint64_t from = resume ? state->sources[0].origin.step : 0;
    size_t n = 0;
    enum ng_err err = sources ? NG_OK : NG_ENOMEM;

    if (resume && !state->mixture)
        err = ng_fault_set (fault, NG_EINVAL, request->resume,
                            "the state of a run without a mixture");
    else if (request->step < from)
        err = ng_fault_set (fault, NG_EINVAL, request->resume,
                            "step %" PRIu64 " is before this state's run,"
                            " which began at %" PRIu64,
                            request->step, from);
    if (err == NG_OK)
    {
        n = know_sources (mix, resume ? state : NULL, request->keep, sources);
        err = make_plan (mix, request, spec->n_steps, sources, n, fault);
    }
    if (err == NG_OK && resume && !same_mixture (state, sources, n, spec))
    {
        err =
            leave_mixture (mix, state, request->step, sources, n, spec, fault);
        from = request->step;
        if (err == NG_OK)
            err = make_plan (mix, request, spec->n_steps, sources, n, fault);
    }
    for (size_t i = 0; i < n; i++)
        sources[i].origin.step = from;
    if (err == NG_OK)
        err = make_mixture (mix, true, sources, n, mix->n_pieces, from, spec,
                            fault, &mix->mixture);
    if (err == NG_OK && (request->step > from || spec->rank > 0))
        err = ng_mixture_seek (mix->mixture, request->step);
    state->n_sources = 0;
    for (size_t i = 0; err == NG_OK && i < n; i++)
    {
        struct ng_state_source *source = ng_state_add (state);

        if (source)
            *source = sources[i];
        else
            err = NG_ENOMEM;
    }
    state->mixture = true;
    state->step = request->step;
    free (sources);
    return err;
}

/* -------------------------------------------------------------------- reporting */

void
mix_report (const struct mix *mix, uint64_t n_steps, bool served, FILE *out)
{
    uint64_t total = 0, shares = 0;

    for (size_t i = 0; i < mix->n; i++)
    {
        shares += mix->plan[i].share;
        total +=
            served ? ng_mixture_served (mix->mixture, i) : mix->plan[i].quota;
    }
    (void) fprintf (out, "%-24s %15s %13s %10s %8s %15s %8s\n", "source",
                    "tokens", "pieces", "weight", "share",
                    served ? "served" : "to be served", "epochs");
    for (size_t i = 0; i < mix->n; i++)
    {
        const struct ng_plan_source *p = &mix->plan[i];
        uint64_t n = served ? ng_mixture_served (mix->mixture, i) : p->quota;
        double share = total > 0 ? (double) n / (double) total
                                 : (double) p->share / (double) shares;

        (void) fprintf (out,
                        "%-24s %15" PRIu64 " %13" PRIu64
                        " %10s %7.3f%% %15" PRIu64 " %8.3f\n",
                        cli_quote (mix->names[i]), p->n_tokens, p->n_pieces,
                        mix->weights[i], 100 * share, n * n_steps,
                        p->n_pieces > 0 ? (double) n / (double) p->n_pieces
                                        : 0.0);
    }
    (void) fprintf (out, "%-24s %15s %13s %10s %8s %15" PRIu64 "\n", "total",
                    "", "", "", "", total * n_steps);
}
