/* arc4random_buf for a glibc before 2.36, which is what libexpat takes from a newer one: it seeds
   the hash that keeps hostile XML from being slow. Goes when Lambda's glibc has its own. */
#include <stddef.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/types.h>

void arc4random_buf(void *buffer, size_t length) {
    unsigned char *place = buffer;
    while (length > 0) {
        ssize_t got = getrandom(place, length, 0);
        if (got < 0)
            continue; /* interrupted by a signal: nothing else can fail here */
        place += got;
        length -= (size_t)got;
    }
}
