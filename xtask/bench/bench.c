/*
 * The numbers a C caller sees. `cargo xtask bench` compiles this against the committed header, runs it against the
 * simulator and reads what it prints: one number or word a line.
 *
 *   bench chain group|endpoint SUBSCRIPTION GROUP ACCOUNT ENDPOINT   one collection, cold, then warm after a line on stdin
 *   bench token                                                      nanoseconds for a token from the cache
 *   bench wait                                                       CPU and threads while an operation waits for an answer
 */
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cosmi.h"

static const char *const RESOURCE = "https://management.azure.com/";

static int64_t nanoseconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Ends the program when a call failed; a number measured after that would mean nothing. */
static void check(cosmi_status status, const cosmi_operation *operation, const char *what)
{
    if (status != COSMI_STATUS_OK) {
        const cosmi_error *error = operation == NULL ? NULL : cosmi_operation_error(operation);
        const char *message = error == NULL ? NULL : cosmi_error_message(error, NULL);
        fprintf(stderr, "%s: %s %s\n", what, cosmi_status_name(status), message == NULL ? "" : message);
        exit(1);
    }
}

static void show_collection(const cosmi_client *client, const cosmi_account_ref *account)
{
    cosmi_operation *operation = NULL;
    check(cosmi_collection_show_start(client, account, "Test", "Test", 0, NULL, NULL, &operation), NULL, "start");
    check(cosmi_operation_wait(operation, UINT32_MAX), operation, "collection");
    cosmi_operation_free(operation);
}

static void get_token(const cosmi_client *client)
{
    cosmi_operation *operation = NULL;
    size_t length = 0;
    check(cosmi_token_get_start(client, RESOURCE, 0, NULL, NULL, &operation), NULL, "start");
    check(cosmi_operation_wait(operation, UINT32_MAX), operation, "token");
    if (cosmi_token_value(cosmi_operation_token(operation), &length) == NULL || length == 0) {
        fprintf(stderr, "the token is empty\n");
        exit(1);
    }
    cosmi_operation_free(operation);
}

static int chain(const cosmi_client *client, char **names, int with_endpoint)
{
    cosmi_account_ref *account = NULL;
    char line[16];
    check(cosmi_account_ref_new(&account), NULL, "account");
    check(cosmi_account_ref_set_subscription_id(account, names[0]), NULL, "subscription");
    check(cosmi_account_ref_set_resource_group(account, names[1]), NULL, "group");
    check(cosmi_account_ref_set_name(account, names[2]), NULL, "name");
    if (with_endpoint) {
        check(cosmi_account_ref_set_endpoint(account, names[3]), NULL, "endpoint");
    }
    show_collection(client, account);
    puts("cold");
    fflush(stdout);
    if (fgets(line, sizeof line, stdin) == NULL) {
        return 1;
    }
    show_collection(client, account);
    puts("warm");
    cosmi_account_ref_free(account);
    return 0;
}

static int cached_token(const cosmi_client *client)
{
    enum { CALLS = 20000, ROUNDS = 7 };
    int64_t best = INT64_MAX;
    get_token(client);
    for (int round = 0; round < ROUNDS; round++) {
        const int64_t start = nanoseconds(CLOCK_MONOTONIC);
        for (int call = 0; call < CALLS; call++) {
            get_token(client);
        }
        const int64_t elapsed = (nanoseconds(CLOCK_MONOTONIC) - start) / CALLS;
        best = elapsed < best ? elapsed : best;
    }
    printf("%" PRId64 "\n", best);
    return 0;
}

/* The threads of this process, or 0 where the system does not say. */
static int threads(void)
{
    char line[256];
    int count = 0;
    FILE *status = fopen("/proc/self/status", "r");
    if (status == NULL) {
        return 0;
    }
    while (fgets(line, sizeof line, status) != NULL) {
        if (sscanf(line, "Threads: %d", &count) == 1) {
            break;
        }
    }
    fclose(status);
    return count;
}

static int waiting(const cosmi_client *client)
{
    cosmi_operation *operation = NULL;
    check(cosmi_token_get_start(client, RESOURCE, 60000, NULL, NULL, &operation), NULL, "start");
    /* First the request is made; what is measured begins when it only waits. */
    if (cosmi_operation_wait(operation, 500) != COSMI_STATUS_PENDING) {
        fprintf(stderr, "the operation did not wait\n");
        return 1;
    }
    const int64_t start = nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
    if (cosmi_operation_wait(operation, 3000) != COSMI_STATUS_PENDING) {
        fprintf(stderr, "the operation did not wait\n");
        return 1;
    }
    const int64_t used = nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - start;
    printf("%" PRId64 "\n%d\n", used, threads());
    cosmi_operation_free(operation);
    return 0;
}

int main(int argc, char **argv)
{
    cosmi_client *client = NULL;
    int result = 2;
    check(cosmi_client_new(NULL, &client, NULL), NULL, "client");
    if (argc == 7 && strcmp(argv[1], "chain") == 0) {
        result = chain(client, argv + 3, strcmp(argv[2], "endpoint") == 0);
    } else if (argc == 2 && strcmp(argv[1], "token") == 0) {
        result = cached_token(client);
    } else if (argc == 2 && strcmp(argv[1], "wait") == 0) {
        result = waiting(client);
    } else {
        fputs("usage: bench chain group|endpoint SUBSCRIPTION GROUP ACCOUNT ENDPOINT | token | wait\n", stderr);
    }
    cosmi_client_free(client);
    return result;
}
