/* Loaded at run time and "unloaded" while it works: the library stays, and its threads with it. */
#define _POSIX_C_SOURCE 200809L
#include <cosmi.h>

#include "silent.h"

#ifdef _WIN32
#include <windows.h>
#define OPEN(file) ((void *)LoadLibraryA(file))
#define SYMBOL(library, name) GetProcAddress((HMODULE)(library), name)
#define CLOSE(library) (FreeLibrary((HMODULE)(library)) != 0)
typedef FARPROC symbol_address;
#else
#include <dlfcn.h>
#define OPEN(file) dlopen(file, RTLD_NOW | RTLD_LOCAL)
#define SYMBOL(library, name) dlsym(library, name)
#define CLOSE(library) (dlclose(library) == 0)
typedef void *symbol_address;
#endif

/* A function pointer from what the loader gives, copied as POSIX says that it is done. */
static void find(void *library, const char *name, void *out_function)
{
    symbol_address symbol = SYMBOL(library, name);
    CHECK(symbol != NULL);
    memcpy(out_function, &symbol, sizeof symbol);
}

static cosmi_status (*client_new)(const cosmi_options *, cosmi_client **, cosmi_error **);
static void (*client_free)(cosmi_client *);
static cosmi_status (*options_new)(cosmi_options **);
static cosmi_status (*options_set_metadata_endpoint)(cosmi_options *, const char *);
static void (*options_free)(cosmi_options *);
static cosmi_status (*environment_show_start)(const cosmi_client *, uint32_t, cosmi_completion_fn, void *,
                                              cosmi_operation **);
static cosmi_status (*operation_wait)(const cosmi_operation *, uint32_t);
static void (*operation_free)(cosmi_operation *);

int main(int count, char **arguments)
{
    char address[64];
    silent_socket server = silent_server(address, sizeof address);
    cosmi_options *options = NULL;
    cosmi_client *client = NULL;
    cosmi_operation *operation = NULL;
    void *library;

    CHECK(count == 2);
    library = OPEN(arguments[1]);
    CHECK(library != NULL);
    find(library, "cosmi_client_new", &client_new);
    find(library, "cosmi_client_free", &client_free);
    find(library, "cosmi_options_new", &options_new);
    find(library, "cosmi_options_set_metadata_endpoint", &options_set_metadata_endpoint);
    find(library, "cosmi_options_free", &options_free);
    find(library, "cosmi_environment_show_start", &environment_show_start);
    find(library, "cosmi_operation_wait", &operation_wait);
    find(library, "cosmi_operation_free", &operation_free);

    CHECK(options_new(&options) == COSMI_STATUS_OK);
    CHECK(options_set_metadata_endpoint(options, address) == COSMI_STATUS_OK);
    CHECK(client_new(options, &client, NULL) == COSMI_STATUS_OK);
    options_free(options);
    CHECK(environment_show_start(client, 100, NULL, NULL, &operation) == COSMI_STATUS_OK);

    CHECK(CLOSE(library));
    CHECK(operation_wait(operation, UINT32_MAX) == COSMI_STATUS_TIMED_OUT);
    operation_free(operation);
    client_free(client);
    silent_close(server);
    return 0;
}
