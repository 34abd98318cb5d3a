// The whole tutorial, from nothing to a collection's JSON: makes a Cosmos DB account, a database and a collection in it, turns this machine's identity on, lets
// it read the account's keys, and prints the collection. What is there already stays as it is, so it may be run again:
//
//   dotnet run --project examples/csharp/Provision -- GROUP westeurope myaccount Test Test
//
// Until the native library lies beside the program, the environment variable COSMI_LIBRARY names it by its absolute path. Ctrl+C ends the waiting: what Azure
// has accepted goes on there, and the next run waits for it.
using System;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Cosmi.Interop;

if (args.Length != 5)
{
    Console.Error.WriteLine("usage: Provision RESOURCE_GROUP LOCATION ACCOUNT DATABASE COLLECTION");
    return 2;
}

using var cancellation = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    cancellation.Cancel();
};

try
{
    CancellationToken stop = cancellation.Token;
    // An account takes minutes.
    var options = new CosmiCallOptions { Timeout = TimeSpan.FromMinutes(30) };
    using var client = new CosmiClient();

    CosmiEnvironment environment = await client.GetEnvironmentAsync(options, stop);
    if (environment.ResourceId is null)
    {
        Console.Error.WriteLine("This is not a virtual machine in Azure, so it has no identity to give a role to.");
        return 1;
    }

    var account = new CosmiAccountReference { SubscriptionId = environment.SubscriptionId, ResourceGroup = args[0], Name = args[2] };
    string definition = JsonSerializer.Serialize(new
    {
        location = args[1],
        kind = "GlobalDocumentDB",
        properties = new
        {
            databaseAccountOfferType = "Standard",
            locations = new[] { new { locationName = args[1], failoverPriority = 0 } },
        },
    });
    Tell("account", await client.CreateAccountAsync(account, definition, options: options, cancellationToken: stop));
    Tell("database", await client.CreateDatabaseAsync(account, args[3], null, options: options, cancellationToken: stop));

    const string PartitionKey = """{"partitionKey":{"paths":["/id"],"kind":"Hash","version":2}}""";
    var throughput = CosmiThroughput.Manual(400);
    Tell("collection", await client.CreateCollectionAsync(account, args[3], args[4], PartitionKey, throughput, options: options, cancellationToken: stop));

    CosmiResources machine = await client.EnableMachineIdentityAsync(environment.ResourceId, options: options, cancellationToken: stop);
    Tell("identity", machine);
    JsonElement identity = JsonDocument.Parse(machine.Json[0]).RootElement.GetProperty("identity");
    string principal = identity.GetProperty("principalId").GetString()!;
    Tell("access", await client.GrantAccessAsync(account, principal, "Cosmos DB Account Reader Role", options, stop));

    Console.WriteLine(await ShowAsync(client, account, args[3], args[4], stop));
    return 0;
}
catch (CosmiException failure)
{
    Console.Error.WriteLine($"{failure.Status}: {failure.Message}");
    if (failure.Action is not null)
    {
        Console.Error.WriteLine(failure.Action);
    }

    return 1;
}
catch (CosmiLibraryException failure)
{
    Console.Error.WriteLine(failure.Message);
    return 1;
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("Waits no longer; what Azure has accepted goes on there.");
    return 130;
}

// A role takes minutes to count, and tokens from before do not know of it.
static async Task<string> ShowAsync(CosmiClient client, CosmiAccountReference account, string database, string collection, CancellationToken stop)
{
    int[] pauses = { 1, 2, 5, 10, 15 };
    for (int attempt = 0; ; attempt++)
    {
        try
        {
            return (await client.GetCollectionAsync(account, database, collection, cancellationToken: stop)).WithOfferJson;
        }
        catch (CosmiException failure) when (failure.Status == CosmiStatus.Forbidden && attempt < 40)
        {
            await Task.Delay(TimeSpan.FromSeconds(pauses[Math.Min(attempt, pauses.Length - 1)]), stop);
            (await client.RenewTokenAsync("https://management.azure.com/", cancellationToken: stop)).Dispose();
        }
    }
}

static void Tell(string what, CosmiResources resources) =>
    Console.WriteLine($"{what}: {(resources.Change == CosmiChange.AlreadySo ? "already so" : "new")}");
