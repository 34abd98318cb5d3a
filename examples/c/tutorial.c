/*
 * From a managed identity to a Cosmos DB collection, step by step: where am I, a token, the account's keys, the
 * collection.
 *
 *     tutorial SUBSCRIPTION RESOURCE_GROUP ACCOUNT DATABASE COLLECTION [ENDPOINT]
 *
 * Without ENDPOINT it is the one that accounts have in Azure's public cloud.
 */
#include <cosmi.h>

#include <inttypes.h>
#include <stdio.h>

struct arguments {
    const char *subscription;
    const char *group;
    const char *account;
    const char *database;
    const char *collection;
    const char *endpoint;
};

static const char *or_unknown(const char *text)
{
    return text != NULL ? text : "(unknown)";
}

/* Says why a call was refused; true when it was not. */
static int accepted(cosmi_status status)
{
    if (status != COSMI_STATUS_OK) {
        fprintf(stderr, "%s: look at the arguments\n", cosmi_status_name(status));
    }
    return status == COSMI_STATUS_OK;
}

/* Waits for the end, and says why an operation failed; true when it did not. */
static int succeeded(const cosmi_operation *operation)
{
    const cosmi_error *error;
    if (cosmi_operation_wait(operation, UINT32_MAX) == COSMI_STATUS_OK) {
        return 1;
    }
    error = cosmi_operation_error(operation);
    fprintf(stderr, "%s: %s\n", cosmi_status_name(cosmi_error_status(error)), cosmi_error_message(error, NULL));
    if (cosmi_error_action(error, NULL) != NULL) {
        fprintf(stderr, "What to do: %s.\n", cosmi_error_action(error, NULL));
    }
    return 0;
}

static int show_environment(const cosmi_client *client)
{
    cosmi_operation *operation = NULL;
    int ok = accepted(cosmi_environment_show_start(client, 0, NULL, NULL, &operation)) && succeeded(operation);
    if (ok) {
        const cosmi_environment *environment = cosmi_operation_environment(operation);
        printf("machine:    %s in %s, %s\n", or_unknown(cosmi_environment_machine_name(environment, NULL)),
               or_unknown(cosmi_environment_location(environment, NULL)), cosmi_environment_cloud(environment, NULL));
    }
    cosmi_operation_free(operation);
    return ok;
}

static int get_token(const cosmi_client *client)
{
    cosmi_operation *operation = NULL;
    int ok = accepted(cosmi_token_get_start(client, "https://management.azure.com/", 0, NULL, NULL, &operation)) &&
             succeeded(operation);
    if (ok) {
        const cosmi_token *token = cosmi_operation_token(operation);
        size_t length = 0;
        /* A secret: it is not printed, and it is wiped by cosmi_operation_free. */
        (void)cosmi_token_value(token, &length);
        printf("token:      %zu bytes for %s, expires at %" PRId64 "\n", length, cosmi_token_resource(token, NULL),
               cosmi_token_expires_on_s(token));
    }
    cosmi_operation_free(operation);
    return ok;
}

/* Puts a read-only key of the account into the reference. */
static int use_read_only_key(const cosmi_client *client, const struct arguments *arguments, cosmi_account_ref *reference)
{
    cosmi_account_ref *account = NULL;
    cosmi_operation *operation = NULL;
    int ok = accepted(cosmi_account_ref_new(&account)) &&
             accepted(cosmi_account_ref_set_subscription_id(account, arguments->subscription)) &&
             accepted(cosmi_account_ref_set_resource_group(account, arguments->group)) &&
             accepted(cosmi_account_ref_set_name(account, arguments->account)) &&
             accepted(cosmi_keys_list_start(client, account, COSMI_KEY_KIND_READ_ONLY, 0, NULL, NULL, &operation)) &&
             succeeded(operation);
    cosmi_account_ref_free(account);
    if (ok) {
        const cosmi_keys *keys = cosmi_operation_keys(operation);
        size_t length = 0;
        const uint8_t *key = cosmi_keys_value(keys, 0, &length);
        printf("keys:       %zu read-only keys of %s\n", cosmi_keys_count(keys), cosmi_keys_account_name(keys, NULL));
        ok = accepted(cosmi_account_ref_set_key(reference, key, length));
    }
    cosmi_operation_free(operation);
    return ok;
}

static int show_collection(const cosmi_client *client, const cosmi_account_ref *account,
                           const struct arguments *arguments)
{
    cosmi_operation *operation = NULL;
    int ok = accepted(cosmi_collection_show_start(client, account, arguments->database, arguments->collection, 0, NULL,
                                                  NULL, &operation)) &&
             succeeded(operation);
    if (ok) {
        const cosmi_collection *collection = cosmi_operation_collection(operation);
        const char *offer = cosmi_collection_offer_json(collection, NULL);
        printf("collection: %s\n", cosmi_collection_json(collection, NULL));
        printf("offer:      %s\n", offer != NULL ? offer : "none of its own");
        printf("charge:     %.2f RU\n", cosmi_collection_request_charge_ru(collection));
    }
    cosmi_operation_free(operation);
    return ok;
}

static int run(const cosmi_client *client, const struct arguments *arguments)
{
    cosmi_account_ref *account = NULL;
    int ok = show_environment(client) && get_token(client) && accepted(cosmi_account_ref_new(&account)) &&
             accepted(cosmi_account_ref_set_endpoint(account, arguments->endpoint)) &&
             use_read_only_key(client, arguments, account) && show_collection(client, account, arguments);
    cosmi_account_ref_free(account);
    return ok;
}

int main(int count, char **values)
{
    struct arguments arguments;
    char endpoint[256];
    cosmi_client *client = NULL;
    cosmi_error *error = NULL;
    int ok;

    if (count != 6 && count != 7) {
        fprintf(stderr, "usage: tutorial SUBSCRIPTION RESOURCE_GROUP ACCOUNT DATABASE COLLECTION [ENDPOINT]\n");
        return 2;
    }
    arguments.subscription = values[1];
    arguments.group = values[2];
    arguments.account = values[3];
    arguments.database = values[4];
    arguments.collection = values[5];
    snprintf(endpoint, sizeof endpoint, "https://%.200s.documents.azure.com:443/", arguments.account);
    arguments.endpoint = count == 7 ? values[6] : endpoint;

    if (cosmi_client_new(NULL, &client, &error) != COSMI_STATUS_OK) {
        fprintf(stderr, "%s\n", cosmi_error_message(error, NULL));
        cosmi_error_free(error);
        return 1;
    }
    ok = run(client, &arguments);
    cosmi_client_free(client);
    return ok ? 0 : 1;
}
