/* Checked arithmetic on sizes and counts that come from outside: each
   function stores the exact result and returns true, or returns false and
   stores nothing of use.  */
#ifndef NG_CHECKED_H
#define NG_CHECKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Usable with any two integer types and a pointer to a third.  True if the
   exact result fits *OUT.  */
#define ng_ckd_add(a, b, out) (!__builtin_add_overflow ((a), (b), (out)))
#define ng_ckd_sub(a, b, out) (!__builtin_sub_overflow ((a), (b), (out)))
#define ng_ckd_mul(a, b, out) (!__builtin_mul_overflow ((a), (b), (out)))

#endif
