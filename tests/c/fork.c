/* A forked child is told that it has no threads, instead of waiting for ever. */
#define _POSIX_C_SOURCE 200809L
#include <cosmi.h>

#include "silent.h"

#include <sys/types.h>
#include <sys/wait.h>

int main(void)
{
    char address[64];
    silent_socket server = silent_server(address, sizeof address);
    int result = 0;
    cosmi_options *options = NULL;
    cosmi_client *client = NULL;
    cosmi_operation *operation = NULL;
    cosmi_operation *of_child = NULL;
    pid_t child;

    CHECK(cosmi_options_new(&options) == COSMI_STATUS_OK);
    CHECK(cosmi_options_set_metadata_endpoint(options, address) == COSMI_STATUS_OK);
    CHECK(cosmi_client_new(options, &client, NULL) == COSMI_STATUS_OK);
    cosmi_options_free(options);
    CHECK(cosmi_environment_show_start(client, 0, NULL, NULL, &operation) == COSMI_STATUS_OK);

    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        CHECK(cosmi_operation_wait(operation, UINT32_MAX) == COSMI_STATUS_RUNTIME);
        CHECK(cosmi_environment_show_start(client, 0, NULL, NULL, &of_child) == COSMI_STATUS_RUNTIME);
        CHECK(of_child == NULL);
        _exit(0);
    }
    CHECK(waitpid(child, &result, 0) == child);
    CHECK(WIFEXITED(result) && WEXITSTATUS(result) == 0);

    CHECK(cosmi_operation_wait(operation, 0) == COSMI_STATUS_PENDING);
    cosmi_operation_cancel(operation);
    CHECK(cosmi_operation_wait(operation, UINT32_MAX) == COSMI_STATUS_CANCELLED);
    cosmi_operation_free(operation);
    cosmi_client_free(client);
    silent_close(server);
    return 0;
}
