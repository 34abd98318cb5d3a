/*
 * Makes a Cosmos DB account, a database and a collection in it, and lets an identity read the account's keys. What is
 * there already stays as it is, so that it may be run again.
 *
 *     provision SUBSCRIPTION RESOURCE_GROUP LOCATION ACCOUNT DATABASE COLLECTION PRINCIPAL_ID
 *
 * PRINCIPAL_ID is the identity's object id, LOCATION a region such as westeurope.
 */
#include <cosmi.h>

#include <stdio.h>

/* An account takes minutes. */
#define TIMEOUT_MS 1800000

struct arguments {
    const char *location;
    const char *database;
    const char *collection;
    const char *principal_id;
};

static const char *spelled(int32_t change)
{
    switch (change) {
    case COSMI_CHANGE_NEW:
        return "new";
    case COSMI_CHANGE_ALREADY_SO:
        return "already so";
    default:
        return "(unknown)";
    }
}

/* Says why a call was refused; true when it was not. */
static int accepted(cosmi_status status)
{
    if (status != COSMI_STATUS_OK) {
        fprintf(stderr, "%s: look at the arguments\n", cosmi_status_name(status));
    }
    return status == COSMI_STATUS_OK;
}

/* Waits for the end of what a start has made, says what came of it, and frees it; true when it is as wished. */
static int finish(const char *what, cosmi_status started, cosmi_operation *operation)
{
    int ok = accepted(started);
    if (ok && cosmi_operation_wait(operation, UINT32_MAX) != COSMI_STATUS_OK) {
        const cosmi_error *error = cosmi_operation_error(operation);
        fprintf(stderr, "%s: %s\n", cosmi_status_name(cosmi_error_status(error)), cosmi_error_message(error, NULL));
        if (cosmi_error_action(error, NULL) != NULL) {
            fprintf(stderr, "What to do: %s.\n", cosmi_error_action(error, NULL));
        }
        ok = 0;
    }
    if (ok) {
        printf("%-12s%s\n", what, spelled(cosmi_resources_change(cosmi_operation_resources(operation))));
    }
    cosmi_operation_free(operation);
    return ok;
}

static int make_account(const cosmi_client *client, const cosmi_account_ref *account, const struct arguments *arguments)
{
    char definition[512];
    cosmi_operation *operation = NULL;
    cosmi_status status;
    snprintf(definition, sizeof definition,
             "{\"location\":\"%.60s\",\"kind\":\"GlobalDocumentDB\",\"properties\":{\"databaseAccountOfferType\":"
             "\"Standard\",\"locations\":[{\"locationName\":\"%.60s\",\"failoverPriority\":0}]}}",
             arguments->location, arguments->location);
    status = cosmi_account_create_start(client, account, definition, 0, TIMEOUT_MS, NULL, NULL, &operation);
    return finish("account:", status, operation);
}

static int make_database(const cosmi_client *client, const cosmi_account_ref *account,
                         const struct arguments *arguments)
{
    cosmi_operation *operation = NULL;
    cosmi_status status = cosmi_database_create_start(client, account, arguments->database, COSMI_THROUGHPUT_KIND_NONE,
                                                      0, 0, TIMEOUT_MS, NULL, NULL, &operation);
    return finish("database:", status, operation);
}

static int make_collection(const cosmi_client *client, const cosmi_account_ref *account,
                           const struct arguments *arguments)
{
    const char *definition = "{\"partitionKey\":{\"paths\":[\"/id\"],\"kind\":\"Hash\",\"version\":2}}";
    cosmi_operation *operation = NULL;
    cosmi_status status = cosmi_collection_create_start(client, account, arguments->database, arguments->collection,
                                                        definition, COSMI_THROUGHPUT_KIND_MANUAL, 400, 0, TIMEOUT_MS,
                                                        NULL, NULL, &operation);
    return finish("collection:", status, operation);
}

static int grant_access(const cosmi_client *client, const cosmi_account_ref *account,
                        const struct arguments *arguments)
{
    cosmi_operation *operation = NULL;
    cosmi_status status = cosmi_access_grant_start(client, account, arguments->principal_id,
                                                   "Cosmos DB Account Reader Role", TIMEOUT_MS, NULL, NULL, &operation);
    return finish("access:", status, operation);
}

int main(int count, char **values)
{
    struct arguments arguments;
    cosmi_client *client = NULL;
    cosmi_account_ref *account = NULL;
    cosmi_error *error = NULL;
    int ok;

    if (count != 8) {
        fprintf(stderr, "usage: provision SUBSCRIPTION RESOURCE_GROUP LOCATION ACCOUNT DATABASE COLLECTION "
                        "PRINCIPAL_ID\n");
        return 2;
    }
    arguments.location = values[3];
    arguments.database = values[5];
    arguments.collection = values[6];
    arguments.principal_id = values[7];

    if (cosmi_client_new(NULL, &client, &error) != COSMI_STATUS_OK) {
        fprintf(stderr, "%s\n", cosmi_error_message(error, NULL));
        cosmi_error_free(error);
        return 1;
    }
    ok = accepted(cosmi_account_ref_new(&account)) &&
         accepted(cosmi_account_ref_set_subscription_id(account, values[1])) &&
         accepted(cosmi_account_ref_set_resource_group(account, values[2])) &&
         accepted(cosmi_account_ref_set_name(account, values[4])) &&
         make_account(client, account, &arguments) && make_database(client, account, &arguments) &&
         make_collection(client, account, &arguments) && grant_access(client, account, &arguments);
    cosmi_account_ref_free(account);
    cosmi_client_free(client);
    return ok ? 0 : 1;
}
