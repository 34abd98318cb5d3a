/* A server on loopback that accepts (the kernel does) and never answers. */
#ifndef SILENT_H
#define SILENT_H

#include "check.h"

#ifdef _WIN32
#include <winsock2.h>
#include <ws2tcpip.h>
typedef SOCKET silent_socket;
#define SILENT_NONE INVALID_SOCKET
#else
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
typedef int silent_socket;
#define SILENT_NONE (-1)
#endif
#include <string.h>

/* Listens, and writes the address of the server. */
static silent_socket silent_server(char *address, size_t size)
{
    struct sockaddr_in name;
    socklen_t length = sizeof name;
    silent_socket server;
#ifdef _WIN32
    WSADATA data;
    CHECK(WSAStartup(MAKEWORD(2, 2), &data) == 0);
#endif
    server = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(server != SILENT_NONE);
    memset(&name, 0, sizeof name);
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(bind(server, (struct sockaddr *)&name, length) == 0);
    CHECK(getsockname(server, (struct sockaddr *)&name, &length) == 0);
    CHECK(listen(server, 64) == 0);
    snprintf(address, size, "http://127.0.0.1:%d/", ntohs(name.sin_port));
    return server;
}

static void silent_close(silent_socket server)
{
#ifdef _WIN32
    CHECK(closesocket(server) == 0);
#else
    CHECK(close(server) == 0);
#endif
}

#endif
