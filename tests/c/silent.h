/* A server on loopback that accepts (the kernel does) and never answers. */
#ifndef SILENT_H
#define SILENT_H

#include "check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Listens, and writes the address of the server. */
static int silent_server(char *address, size_t size)
{
    struct sockaddr_in name;
    socklen_t length = sizeof name;
    int server = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(server >= 0);
    memset(&name, 0, sizeof name);
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(bind(server, (struct sockaddr *)&name, length) == 0);
    CHECK(getsockname(server, (struct sockaddr *)&name, &length) == 0);
    CHECK(listen(server, 64) == 0);
    snprintf(address, size, "http://127.0.0.1:%d/", ntohs(name.sin_port));
    return server;
}

#endif
