// Shows a collection and its offer, by the managed identity of the machine this runs on:
//
//   dotnet run --project examples/csharp/ShowCollection -- myaccount Test Test
//
// Until the native library lies beside the program, the environment variable COSMI_LIBRARY names it by its absolute path.
// What it prints is what "az cosmosdb collection show" printed. Ctrl+C cancels the request.
using System;
using System.Threading;
using Cosmi.Interop;

if (args.Length != 3)
{
    Console.Error.WriteLine("usage: ShowCollection ACCOUNT DATABASE COLLECTION");
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
    using var client = new CosmiClient();
    var account = new CosmiAccountReference { Name = args[0] };
    CosmiCollection collection = await client.GetCollectionAsync(account, args[1], args[2], cancellationToken: cancellation.Token);

    Console.WriteLine(collection.WithOfferJson);
    if (collection.OfferJson is null)
    {
        Console.Error.WriteLine($"No offer of its own: {collection.OfferAbsence}");
    }

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
    Console.Error.WriteLine("Cancelled");
    return 130;
}
