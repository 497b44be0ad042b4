/* Preloaded into servers that listen on every address whatever they are told (Beam's job server and the
 * servers it opens in a TaskManager, Flink's reporter of metrics): what would be bound to all addresses is
 * bound to this machine alone. They run whatever code they are sent, so nobody else may reach them. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

typedef int bind_function(int, const struct sockaddr *, socklen_t);

int bind(int descriptor, const struct sockaddr *address, socklen_t length) {
    bind_function *real = (bind_function *)dlsym(RTLD_NEXT, "bind");
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    static const unsigned char mapped[16] = {[10] = 0xff, 0xff, 127, 0, 0, 1}; /* ::ffff:127.0.0.1 */

    if (address != NULL && address->sa_family == AF_INET && length >= sizeof v4) {
        memcpy(&v4, address, sizeof v4);
        if (v4.sin_addr.s_addr == htonl(INADDR_ANY)) v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return real(descriptor, (struct sockaddr *)&v4, sizeof v4);
    }
    if (address != NULL && address->sa_family == AF_INET6 && length >= sizeof v6) {
        memcpy(&v6, address, sizeof v6);
        if (memcmp(&v6.sin6_addr, &in6addr_any, sizeof in6addr_any) == 0) memcpy(&v6.sin6_addr, mapped, 16);
        return real(descriptor, (struct sockaddr *)&v6, sizeof v6);
    }
    return real(descriptor, address, length);
}
