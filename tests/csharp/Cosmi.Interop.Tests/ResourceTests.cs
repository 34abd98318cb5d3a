using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;

namespace Cosmi.Interop.Tests
{
    /// <summary>What is made, changed and removed through Azure Resource Manager: once, and once more.</summary>
    public sealed class ResourceTests : SimulatorTest
    {
        private const string Definition = """{"partitionKey":{"paths":["/id"],"kind":"Hash","version":2}}""";
        private const string Function = "33333333-0000-0000-0000-000000000022";
        private const string ReaderRole = "Cosmos DB Account Reader Role";

        public ResourceTests(Simulator simulator)
            : base(simulator)
        {
            // Work in Azure takes one look more, but no time.
            simulator.Post("/operations", """{"retryAfter":"0"}""");
        }

        [Fact]
        public async Task Databases_are_listed_and_shown()
        {
            using CosmiClient client = Simulator.Client();
            CosmiResources all = await Soon(client.ListDatabasesAsync(Named("myaccount")));
            CosmiResources one = await Soon(client.GetDatabaseAsync(Named("myaccount"), "Üben & Mehr"));

            Assert.Equal(CosmiChange.None, all.Change);
            Assert.Equal(new[] { "Test", "Shared", "Auto", "Üben & Mehr", "D" }, all.Json.Select(Name));
            Assert.Equal("Üben & Mehr", Name(Assert.Single(one.Json)));
            await Fails(CosmiStatus.NotFound, client.GetDatabaseAsync(Named("myaccount"), "Tset"));
        }

        [Fact]
        public async Task A_database_is_made_and_deleted()
        {
            using CosmiClient client = Simulator.Client();
            async Task<CosmiChange> Create() => (await Soon(client.CreateDatabaseAsync(Named("myaccount"), "Sales", CosmiThroughput.Manual(400)))).Change;
            async Task<CosmiResources> Delete() => await Soon(client.DeleteDatabaseAsync(Named("myaccount"), "Sales"));

            Assert.Equal(CosmiChange.New, await Create());
            Assert.Equal(CosmiChange.AlreadySo, await Create());
            await Fails(CosmiStatus.Conflict, client.CreateDatabaseAsync(Named("myaccount"), "Sales", CosmiThroughput.Autoscale(1000)));
            CosmiResources deleted = await Delete();
            Assert.Equal(CosmiChange.Deleted, deleted.Change);
            Assert.Empty(deleted.Json);
            Assert.Equal(CosmiChange.Absent, (await Delete()).Change);
        }

        [Fact]
        public async Task A_collection_is_made_listed_and_deleted()
        {
            using CosmiClient client = Simulator.Client();
            async Task<CosmiResources> Create(string definition) =>
                await Soon(client.CreateCollectionAsync(Named("myaccount"), "Test", "Orders", definition, CosmiThroughput.Autoscale(2000)));

            CosmiResources made = await Create(Definition);
            Assert.Equal(CosmiChange.New, made.Change);
            Assert.Equal("/id", Settings(made).GetProperty("partitionKey").GetProperty("paths")[0].GetString());
            Assert.Equal(CosmiChange.AlreadySo, (await Create(Definition)).Change);
            CosmiException conflict = await Fails(CosmiStatus.Conflict, Create(Definition.Replace("/id", "/other")));
            Assert.Contains("\"/id\", not \"/other\"", conflict.Message);
            Assert.Equal(new[] { "Test", "Orders" }, (await Soon(client.ListCollectionsAsync(Named("myaccount"), "Test"))).Json.Select(Name));
            Assert.Equal(CosmiChange.Deleted, (await Soon(client.DeleteCollectionAsync(Named("myaccount"), "Test", "Orders"))).Change);
            Assert.Equal(CosmiChange.Absent, (await Soon(client.DeleteCollectionAsync(Named("myaccount"), "Test", "Orders"))).Change);
        }

        [Fact]
        public async Task A_definition_that_is_no_json_object_is_refused()
        {
            using CosmiClient client = Simulator.Client();
            foreach (string odd in new[] { "", "{", "[]", "null" })
            {
                await Fails(CosmiStatus.InvalidArgument, client.CreateCollectionAsync(Named("myaccount"), "Test", "Orders", odd, null));
            }

            Assert.Empty(Simulator.Journal());
        }

        [Fact]
        public async Task Throughput_is_shown_and_set()
        {
            using CosmiClient client = Simulator.Client();
            CosmiAccountReference account = Named("myaccount");

            Assert.Equal(400, Settings(await Soon(client.GetThroughputAsync(account, "Test", "Test"))).GetProperty("throughput").GetInt32());
            Assert.Equal(1000, Settings(await Soon(client.GetThroughputAsync(account, "Shared", null))).GetProperty("throughput").GetInt32());
            Assert.Empty((await Soon(client.GetThroughputAsync(account, "Shared", "Orders"))).Json);
            CosmiResources set = await Soon(client.SetThroughputAsync(account, "Test", "Test", CosmiThroughput.Autoscale(4000)));
            Assert.Equal(CosmiChange.New, set.Change);
            Assert.Equal(4000, Settings(set).GetProperty("autoscaleSettings").GetProperty("maxThroughput").GetInt32());
            Assert.Equal(CosmiChange.AlreadySo, (await Soon(client.SetThroughputAsync(account, "Test", "Test", CosmiThroughput.Autoscale(4000)))).Change);
            await Fails(CosmiStatus.NotFound, client.SetThroughputAsync(account, "Shared", "Orders", CosmiThroughput.Manual(400)));
            await Fails(CosmiStatus.InvalidArgument, client.SetThroughputAsync(account, "Test", "Test", CosmiThroughput.Manual(450)));
        }

        [Fact]
        public void Throughput_is_not_negative()
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => CosmiThroughput.Manual(-1));
            Assert.Throws<ArgumentOutOfRangeException>(() => CosmiThroughput.Autoscale(-1));
        }

        [Fact]
        public async Task An_account_is_made_and_deleted()
        {
            using CosmiClient client = Simulator.Client();
            CosmiAccountReference account = Full("newaccount");
            const string Wish = """{"location":"westeurope","kind":"GlobalDocumentDB","properties":{"databaseAccountOfferType":"Standard","locations":[{"locationName":"westeurope","failoverPriority":0}]}}""";

            Assert.False(await Soon(client.IsAccountNameTakenAsync(account)));
            CosmiResources made = await Soon(client.CreateAccountAsync(account, Wish));
            Assert.Equal(CosmiChange.New, made.Change);
            Assert.Equal("Succeeded", JsonDocument.Parse(made.Json[0]).RootElement.GetProperty("properties").GetProperty("provisioningState").GetString());
            Assert.True(await Soon(client.IsAccountNameTakenAsync(account)));
            Assert.Equal(CosmiChange.AlreadySo, (await Soon(client.CreateAccountAsync(account, Wish))).Change);
            await Fails(CosmiStatus.Conflict, client.CreateAccountAsync(account, Wish.Replace("westeurope", "northeurope")));
            Assert.Equal(CosmiChange.Deleted, (await Soon(client.DeleteAccountAsync(account))).Change);
            Assert.Equal(CosmiChange.Absent, (await Soon(client.DeleteAccountAsync(account))).Change);
        }

        [Fact]
        public async Task What_is_new_needs_its_whole_address()
        {
            using CosmiClient client = Simulator.Client();
            await Fails(CosmiStatus.InvalidArgument, client.CreateAccountAsync(Named("newaccount"), "{}"));
            Assert.Empty(Simulator.Journal());
        }

        [Fact]
        public async Task A_key_is_made_anew()
        {
            using CosmiClient client = Simulator.Client();
            using CosmiKeys before = await Soon(client.ListKeysAsync(Named("myaccount")));
            await client.RegenerateKeyAsync(Named("myaccount"), CosmiKeyRole.SecondaryReadOnly).WaitAsync(Patience);
            using CosmiKeys after = await Soon(client.ListKeysAsync(Named("myaccount")));

            foreach (CosmiKey key in after.Keys)
            {
                string former = Plain(before.Keys.Single(other => other.Role == key.Role).Value);
                Assert.Equal(key.Role != CosmiKeyRole.SecondaryReadOnly, former == Plain(key.Value));
            }

            CosmiException failure = await Assert.ThrowsAsync<CosmiException>(() => client.RegenerateKeyAsync(Named("myaccount"), (CosmiKeyRole)9));
            Assert.Equal(CosmiStatus.InvalidArgument, failure.Status);
        }

        [Fact]
        public async Task A_machines_identity_is_shown_and_turned_on()
        {
            using CosmiClient client = Simulator.Client();
            string id = $"/subscriptions/{Simulator.SubscriptionId}/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/assignedvm";
            JsonElement Identity(CosmiResources resources) => JsonDocument.Parse(Assert.Single(resources.Json)).RootElement.GetProperty("identity");

            Assert.Equal("UserAssigned", Identity(await Soon(client.GetMachineIdentityAsync(id))).GetProperty("type").GetString());
            CosmiResources enabled = await Soon(client.EnableMachineIdentityAsync(id));
            Assert.Equal(CosmiChange.New, enabled.Change);
            Assert.NotEmpty(Identity(enabled).GetProperty("principalId").GetString()!);
            Assert.Single(Identity(enabled).GetProperty("userAssignedIdentities").EnumerateObject());
            Assert.Equal(CosmiChange.AlreadySo, (await Soon(client.EnableMachineIdentityAsync(id))).Change);
            await Fails(CosmiStatus.InvalidArgument, client.GetMachineIdentityAsync("assignedvm"));
        }

        [Fact]
        public async Task A_role_is_given_listed_and_taken_away()
        {
            using CosmiClient client = Simulator.Client();
            CosmiAccountReference account = Named("myaccount");

            CosmiResources given = await Soon(client.GrantAccessAsync(account, Function, ReaderRole));
            Assert.Equal(CosmiChange.New, given.Change);
            Assert.Equal(CosmiChange.AlreadySo, (await Soon(client.GrantAccessAsync(account, Function, ReaderRole))).Change);
            Assert.Single((await Soon(client.ListAccessAsync(account, Function))).Json);
            Assert.True((await Soon(client.ListAccessAsync(account, null))).Json.Count > 1);
            Assert.Equal(CosmiChange.Deleted, (await Soon(client.RevokeAccessAsync(account, Function, ReaderRole))).Change);
            Assert.Equal(CosmiChange.Absent, (await Soon(client.RevokeAccessAsync(account, Function, ReaderRole))).Change);
            Assert.Empty((await Soon(client.ListAccessAsync(account, Function))).Json);
        }

        [Fact]
        public async Task A_role_on_the_data_is_given_listed_and_taken_away()
        {
            const string Reader = "Cosmos DB Built-in Data Reader";
            using CosmiClient client = Simulator.Client();
            CosmiAccountReference account = Named("myaccount");

            Assert.Equal(3, (await Soon(client.ListDataRolesAsync(account))).Json.Count);
            CosmiResources given = await Soon(client.GrantDataAccessAsync(account, "Test", "Test", Function, Reader));
            Assert.Equal(CosmiChange.New, given.Change);
            JsonElement properties = JsonDocument.Parse(Assert.Single(given.Json)).RootElement.GetProperty("properties");
            Assert.EndsWith("/databaseAccounts/myaccount/dbs/Test/colls/Test", properties.GetProperty("scope").GetString(), StringComparison.Ordinal);
            Assert.Equal(CosmiChange.AlreadySo, (await Soon(client.GrantDataAccessAsync(account, "Test", "Test", Function, Reader))).Change);
            Assert.Single((await Soon(client.ListDataAccessAsync(account))).Json);
            Assert.Single((await Soon(client.ListDataAccessAsync(account, "Test", "Test", Function))).Json);
            Assert.Empty((await Soon(client.ListDataAccessAsync(account, "Test"))).Json);
            Assert.Equal(CosmiChange.Absent, (await Soon(client.RevokeDataAccessAsync(account, "Test", null, Function, Reader))).Change);
            Assert.Equal(CosmiChange.Deleted, (await Soon(client.RevokeDataAccessAsync(account, "Test", "Test", Function, Reader))).Change);
            Assert.Empty((await Soon(client.ListDataAccessAsync(account))).Json);

            Assert.Equal(CosmiChange.Accepted, (await Soon(client.GrantDataAccessAsync(account, null, null, Function, Reader, wait: false))).Change);
            await Fails(CosmiStatus.NotFound, client.GrantDataAccessAsync(account, "Nowhere", null, Function, Reader));
            await Fails(CosmiStatus.NotFound, client.GrantDataAccessAsync(account, null, null, Function, "No Such Role"));
            await Fails(CosmiStatus.InvalidArgument, client.GrantDataAccessAsync(account, null, "Test", Function, Reader));
            RefusesAtOnce<ArgumentNullException>(() => client.GrantDataAccessAsync(account, null, null, null!, Reader), "principalId");
            RefusesAtOnce<ArgumentNullException>(() => client.RevokeDataAccessAsync(account, null, null, Function, null!), "role");
        }

        [Fact]
        public async Task A_token_is_made_anew()
        {
            using CosmiClient client = Simulator.Client();
            using CosmiToken first = await Soon(client.GetTokenAsync(Resource));
            using CosmiToken renewed = await Soon(client.RenewTokenAsync(Resource));

            Assert.NotEqual(Plain(first.Value), Plain(renewed.Value));
            Assert.Equal("33333333-0000-0000-0000-000000000002", JsonDocument.Parse(renewed.ClaimsJson!).RootElement.GetProperty("oid").GetString());
        }

        [Fact]
        public async Task Nobody_has_to_wait()
        {
            using CosmiClient client = Simulator.Client();
            CosmiAccountReference account = Named("myaccount");

            Assert.Equal(CosmiChange.Accepted, (await Soon(client.CreateDatabaseAsync(account, "Sales", null, wait: false))).Change);
            Assert.Equal(CosmiChange.Accepted, (await Soon(client.SetThroughputAsync(account, "Test", "Test", CosmiThroughput.Manual(900), wait: false))).Change);
            Assert.DoesNotContain(Simulator.Journal("arm"), entry => entry.GetProperty("target").GetString()!.Contains("operationsStatus", StringComparison.OrdinalIgnoreCase));
        }

        [Fact]
        public async Task Cancelling_ends_the_waiting_and_its_log_tells_the_state()
        {
            Simulator.Post("/operations", """{"polls":1000,"seconds":1000,"retryAfter":"0"}""");
            using CosmiClient client = Simulator.Client();
            using var cancellation = new CancellationTokenSource();
            var told = new List<string>();
            var options = new CosmiCallOptions
            {
                Log = record =>
                {
                    lock (told)
                    {
                        told.Add(record.Message);
                    }
                },
            };
            Task<CosmiResources> call = client.CreateDatabaseAsync(Named("myaccount"), "Sales", null, options: options, cancellationToken: cancellation.Token);
            Eventually(
                () =>
                {
                    lock (told)
                    {
                        return told.Exists(message => message.StartsWith("create database Sales: ", StringComparison.Ordinal));
                    }
                },
                "a record of the state");
            cancellation.Cancel();

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon(call));
            Assert.True(call.IsCanceled);
        }

        [Fact]
        public async Task A_call_that_only_checks_fails_alike_and_sends_nothing()
        {
            using CosmiClient client = Simulator.Client();
            var check = new CosmiCallOptions { CheckOnly = true };
            CosmiAccountReference account = Full("myaccount");
            string machine = $"/subscriptions/{Simulator.SubscriptionId}/resourceGroups/{Simulator.ResourceGroup}/providers/Microsoft.Compute/virtualMachines/plainvm";
            var pairs = new (Func<CosmiCallOptions?, Task> Wrong, Func<CosmiCallOptions?, Task> Right)[]
            {
                (options => client.CreateAccountAsync(account, "[]", options: options), options => client.CreateAccountAsync(account, "{}", options: options)),
                (options => client.DeleteAccountAsync(Full("no_name"), options: options), options => client.DeleteAccountAsync(account, options: options)),
                (options => client.RegenerateKeyAsync(Full("no_name"), CosmiKeyRole.Primary, options), options => client.RegenerateKeyAsync(account, CosmiKeyRole.Primary, options)),
                (options => client.CreateDatabaseAsync(account, "a/b", null, options: options), options => client.CreateDatabaseAsync(account, "Sales", null, options: options)),
                (options => client.DeleteDatabaseAsync(account, "a/b", options: options), options => client.DeleteDatabaseAsync(account, "Sales", options: options)),
                (
                    options => client.CreateCollectionAsync(account, "Test", "a", "{", null, options: options),
                    options => client.CreateCollectionAsync(account, "Test", "a", Definition, null, options: options)),
                (
                    options => client.DeleteCollectionAsync(account, "Test", "a#b", options: options),
                    options => client.DeleteCollectionAsync(account, "Test", "a", options: options)),
                (
                    options => client.SetThroughputAsync(account, "Test", null, CosmiThroughput.Manual(450), options: options),
                    options => client.SetThroughputAsync(account, "Test", null, CosmiThroughput.Manual(400), options: options)),
                (options => client.EnableMachineIdentityAsync("/x", options: options), options => client.EnableMachineIdentityAsync(machine, options: options)),
                (options => client.GrantAccessAsync(account, "me", ReaderRole, options), options => client.GrantAccessAsync(account, Function, ReaderRole, options)),
                (options => client.RevokeAccessAsync(account, "me", ReaderRole, options), options => client.RevokeAccessAsync(account, Function, ReaderRole, options)),
                (
                    options => client.GrantDataAccessAsync(account, "a/b", null, Function, "Mine", options: options),
                    options => client.GrantDataAccessAsync(account, "Test", null, Function, "Mine", options: options)),
                (
                    options => client.RevokeDataAccessAsync(account, "a/b", null, Function, "Mine", options: options),
                    options => client.RevokeDataAccessAsync(account, "Test", null, Function, "Mine", options: options)),
            };

            foreach ((Func<CosmiCallOptions?, Task> wrong, Func<CosmiCallOptions?, Task> right) in pairs)
            {
                CosmiException refused = await Fails(CosmiStatus.InvalidArgument, wrong(null));
                CosmiException checkedOnly = await Fails(CosmiStatus.InvalidArgument, wrong(check));
                Assert.Equal(refused.Message, checkedOnly.Message);
                Assert.Equal(refused.Action, checkedOnly.Action);
                Task call = right(check);
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(Patience));
                Assert.True(call.IsCanceled);
            }

            Assert.Empty(Simulator.Journal());
        }

        [Fact]
        public void Arguments_that_are_missing_are_refused_at_once()
        {
            using CosmiClient client = Simulator.Client();
            RefusesAtOnce<ArgumentNullException>(() => client.ListDatabasesAsync(null!), "account");
            RefusesAtOnce<ArgumentNullException>(() => client.GetDatabaseAsync(Named("a"), null!), "database");
            RefusesAtOnce<ArgumentNullException>(() => client.CreateCollectionAsync(Named("a"), "d", null!, "{}", null), "collection");
            RefusesAtOnce<ArgumentNullException>(() => client.CreateCollectionAsync(Named("a"), "d", "c", null!, null), "definitionJson");
            RefusesAtOnce<ArgumentNullException>(() => client.SetThroughputAsync(Named("a"), "d", null, null!), "throughput");
            RefusesAtOnce<ArgumentNullException>(() => client.GrantAccessAsync(Named("a"), null!, "r"), "principalId");
            RefusesAtOnce<ArgumentNullException>(() => client.GetMachineIdentityAsync(null!), "resourceId");
        }

        [Fact]
        public void A_client_that_is_disposed_starts_nothing()
        {
            CosmiClient client = Simulator.Client();
            client.Dispose();
            CosmiAccountReference account = Named("myaccount");

            RefusesAtOnce<ObjectDisposedException>(() => client.CreateAccountAsync(account, "{}"));
            RefusesAtOnce<ObjectDisposedException>(() => client.DeleteAccountAsync(account));
            RefusesAtOnce<ObjectDisposedException>(() => client.IsAccountNameTakenAsync(account));
            RefusesAtOnce<ObjectDisposedException>(() => client.RegenerateKeyAsync(account, CosmiKeyRole.Primary));
            RefusesAtOnce<ObjectDisposedException>(() => client.ListDatabasesAsync(account));
            RefusesAtOnce<ObjectDisposedException>(() => client.CreateCollectionAsync(account, "d", "c", "{}", null));
            RefusesAtOnce<ObjectDisposedException>(() => client.GetThroughputAsync(account, "d", null));
            RefusesAtOnce<ObjectDisposedException>(() => client.EnableMachineIdentityAsync("id"));
            RefusesAtOnce<ObjectDisposedException>(() => client.GrantAccessAsync(account, Function, ReaderRole));
            RefusesAtOnce<ObjectDisposedException>(() => client.GrantDataAccessAsync(account, null, null, Function, ReaderRole));
            RefusesAtOnce<ObjectDisposedException>(() => client.ListDataAccessAsync(account));
            RefusesAtOnce<ObjectDisposedException>(() => client.ListDataRolesAsync(account));
            RefusesAtOnce<ObjectDisposedException>(() => client.RevokeDataAccessAsync(account, null, null, Function, ReaderRole));
        }

        private static string Name(string json) => JsonDocument.Parse(json).RootElement.GetProperty("name").GetString()!;

        private static JsonElement Settings(CosmiResources resources) =>
            JsonDocument.Parse(Assert.Single(resources.Json)).RootElement.GetProperty("properties").GetProperty("resource");

        private static async Task<CosmiException> Fails(CosmiStatus status, Task call)
        {
            CosmiException failure = await Assert.ThrowsAsync<CosmiException>(() => call.WaitAsync(Patience));
            Assert.Equal(status, failure.Status);
            Assert.NotEmpty(failure.Action!);
            return failure;
        }

        private CosmiAccountReference Full(string name) =>
            new CosmiAccountReference { SubscriptionId = Simulator.SubscriptionId, ResourceGroup = Simulator.ResourceGroup, Name = name };
    }
}
