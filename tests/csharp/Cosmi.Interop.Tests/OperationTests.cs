using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;

namespace Cosmi.Interop.Tests
{
    /// <summary>Every operation, its Task's result against what the simulator's scenario says.</summary>
    public sealed class OperationTests : SimulatorTest
    {
        public OperationTests(Simulator simulator)
            : base(simulator)
        {
        }

        [Fact]
        public async Task A_token_is_got_and_then_kept()
        {
            using CosmiClient client = Simulator.Client();
            using CosmiToken token = await Soon(client.GetTokenAsync(Resource));
            using CosmiToken again = await Soon(client.GetTokenAsync(Resource));

            Assert.Equal(Resource, token.Resource);
            Assert.Equal(CosmiIdentitySource.Imds, token.IdentitySource);
            Assert.InRange(token.ExpiresOn, DateTimeOffset.UtcNow.AddMinutes(10), DateTimeOffset.UtcNow.AddDays(2));
            Assert.True(token.Value.IsReadOnly());
            Assert.Equal(3, Plain(token.Value).Split('.').Length);
            Assert.Equal(Plain(token.Value), Plain(again.Value));
            Assert.Single(Simulator.Journal("imds"), entry => entry.GetProperty("target").GetString()!.Contains("/oauth2/token"));
        }

        [Fact]
        public async Task A_user_assigned_identity_is_asked_for()
        {
            const string ClientId = "22222222-0000-0000-0000-000000000001";
            CosmiOptions options = Simulator.Options();
            options.ClientId = ClientId;
            using var client = new CosmiClient(options);
            using CosmiToken token = await Soon(client.GetTokenAsync(Resource));

            Assert.Equal(ClientId, token.ClientId);
            Assert.Contains(Simulator.Journal("imds"), entry => entry.GetProperty("target").GetString()!.Contains("client_id=" + ClientId));
        }

        [Fact]
        public async Task The_environment_is_told()
        {
            using CosmiClient client = Simulator.Client();
            CosmiEnvironment environment = await Soon(client.GetEnvironmentAsync());

            Assert.Equal(CosmiIdentitySource.Imds, environment.IdentitySource);
            Assert.NotEmpty(environment.Reason);
            Assert.Equal(Simulator.SubscriptionId, environment.SubscriptionId);
            Assert.Equal("rg", environment.ResourceGroup, ignoreCase: true);
            Assert.Equal("myvm", environment.MachineName);
            Assert.Equal("westeurope", environment.Location);
            Assert.Equal("AzurePublicCloud", environment.Cloud);
            Assert.Equal(Simulator.Text("arm").TrimEnd('/'), environment.ArmEndpoint.TrimEnd('/'));
            Assert.Contains("/virtualMachines/myvm", environment.ResourceId);
            Assert.Equal(Simulator.SubscriptionId, JsonDocument.Parse(environment.MetadataJson!).RootElement.GetProperty("subscriptionId").GetString());
        }

        [Fact]
        public async Task Accounts_are_listed()
        {
            using CosmiClient client = Simulator.Client();
            IReadOnlyList<CosmiAccount> all = await Soon(client.ListAccountsAsync());
            IReadOnlyList<CosmiAccount> group = await Soon(client.ListAccountsAsync(Simulator.SubscriptionId, Simulator.ResourceGroup));

            Assert.Contains("myaccount", all.Select(Name));
            Assert.Contains("serverlessaccount", all.Select(Name));
            Assert.Equal(all.Select(Name).Order(), group.Select(Name).Order());
        }

        [Fact]
        public async Task An_account_is_found_by_name_and_by_its_full_address()
        {
            using CosmiClient client = Simulator.Client();
            CosmiAccount byName = await Soon(client.GetAccountAsync(Named("myaccount")));
            CosmiAccount byAddress = await Soon(client.GetAccountAsync(new CosmiAccountReference
            {
                SubscriptionId = Simulator.SubscriptionId,
                ResourceGroup = Simulator.ResourceGroup,
                Name = "myaccount",
            }));

            foreach (CosmiAccount account in new[] { byName, byAddress })
            {
                JsonElement properties = JsonDocument.Parse(account.Json).RootElement.GetProperty("properties");
                Assert.Equal(Simulator.Endpoint("myaccount"), properties.GetProperty("documentEndpoint").GetString());
            }
        }

        [Theory]
        [InlineData("myaccount", CosmiKeyKind.Auto, CosmiKeyKind.ReadWrite)]
        [InlineData("myaccount", CosmiKeyKind.ReadWrite, CosmiKeyKind.ReadWrite)]
        [InlineData("myaccount", CosmiKeyKind.ReadOnly, CosmiKeyKind.ReadOnly)]
        [InlineData("readeraccount", CosmiKeyKind.Auto, CosmiKeyKind.ReadOnly)]
        [InlineData("plainreader", CosmiKeyKind.ReadOnly, CosmiKeyKind.ReadOnly)]
        public async Task Keys_are_listed(string account, CosmiKeyKind kind, CosmiKeyKind granted)
        {
            using CosmiClient client = Simulator.Client();
            using CosmiKeys keys = await Soon(client.ListKeysAsync(Named(account), kind));

            Assert.Equal(account, keys.AccountName);
            Assert.Equal(granted, keys.Access);
            CosmiKeyRole[] roles = keys.Keys.Select(key => key.Role).ToArray();
            Assert.Equal(granted == CosmiKeyKind.ReadWrite, roles.Contains(CosmiKeyRole.Primary) && roles.Contains(CosmiKeyRole.Secondary));
            Assert.True(granted == CosmiKeyKind.ReadWrite || (roles.Contains(CosmiKeyRole.PrimaryReadOnly) && roles.Contains(CosmiKeyRole.SecondaryReadOnly)));
            foreach (CosmiKey key in keys.Keys)
            {
                Assert.True(key.Value.IsReadOnly());
                Assert.Equal(64, Convert.FromBase64String(Plain(key.Value)).Length);
            }

            Assert.Equal(keys.Keys.Count, keys.Keys.Select(key => Plain(key.Value)).Distinct().Count());
        }

        [Fact]
        public async Task Connection_strings_are_listed()
        {
            using CosmiClient client = Simulator.Client();
            IReadOnlyList<CosmiConnectionString> strings = await Soon(client.ListConnectionStringsAsync(Named("myaccount")));

            Assert.NotEmpty(strings);
            Assert.All(strings, item =>
            {
                Assert.Equal("myaccount", item.AccountName);
                Assert.NotEmpty(item.Description);
                Assert.StartsWith("AccountEndpoint=" + Simulator.Endpoint("myaccount"), Plain(item.Value));
                Assert.True(item.Value.IsReadOnly());
            });
        }

        [Fact]
        public async Task A_collection_is_shown_by_name_and_its_key_is_kept()
        {
            using CosmiClient client = Simulator.Client();
            CosmiCollection collection = await Soon(client.GetCollectionAsync(Named("myaccount"), "Test", "Test"));
            int requests = Simulator.Journal().Count;
            await Soon(client.GetCollectionAsync(Named("myaccount"), "Test", "Test"));

            JsonElement json = JsonDocument.Parse(collection.Json).RootElement;
            JsonElement both = JsonDocument.Parse(collection.WithOfferJson).RootElement;
            Assert.Equal("Test", json.GetProperty("id").GetString());
            Assert.Equal("/id", json.GetProperty("partitionKey").GetProperty("paths")[0].GetString());
            Assert.Equal(json.GetRawText(), both.GetProperty("collection").GetRawText());
            Assert.Equal(400, JsonDocument.Parse(collection.OfferJson!).RootElement.GetProperty("content").GetProperty("offerThroughput").GetInt32());
            Assert.Equal(400, both.GetProperty("offer").GetProperty("content").GetProperty("offerThroughput").GetInt32());
            Assert.Equal(CosmiOfferAbsence.Present, collection.OfferAbsence);
            Assert.True(collection.RequestCharge > 0);
            Assert.NotEmpty(collection.ActivityId!);
            Assert.NotEmpty(collection.ETag!);
            Assert.Equal("myaccount", collection.AccountName);
            Assert.Equal(Simulator.Endpoint("myaccount").TrimEnd('/'), collection.Endpoint.TrimEnd('/'));
            Assert.Equal(CosmiKeyKind.ReadWrite, collection.KeyAccess);
            Assert.Equal(requests + 2, Simulator.Journal().Count);
        }

        [Fact]
        public async Task A_collection_is_shown_by_endpoint_and_key()
        {
            using CosmiClient client = Simulator.Client();
            using CosmiKeys keys = await Soon(client.ListKeysAsync(Named("myaccount"), CosmiKeyKind.ReadOnly));
            int arm = Simulator.Journal("arm").Count;
            var account = new CosmiAccountReference { Endpoint = Simulator.Endpoint("myaccount"), Key = keys.Keys[0].Value };
            CosmiCollection collection = await Soon(client.GetCollectionAsync(account, "Test", "Test"));

            Assert.Equal("Test", JsonDocument.Parse(collection.Json).RootElement.GetProperty("id").GetString());
            Assert.Equal(CosmiKeyKind.Auto, collection.KeyAccess);
            Assert.Equal(arm, Simulator.Journal("arm").Count);
        }

        [Theory]
        [InlineData("myaccount", "Shared", "Orders", CosmiOfferAbsence.SharedThroughput)]
        [InlineData("myaccount", "Auto", "Scaled", CosmiOfferAbsence.Present)]
        [InlineData("serverlessaccount", "Test", "Test", CosmiOfferAbsence.Serverless)]
        [InlineData("keylessaccount", "Test", "Test", CosmiOfferAbsence.LocalAuthDisabled)]
        public async Task An_absent_offer_is_a_result(string account, string database, string collection, CosmiOfferAbsence absence)
        {
            using CosmiClient client = Simulator.Client();
            CosmiCollection found = await Soon(client.GetCollectionAsync(Named(account), database, collection));

            Assert.Equal(absence, found.OfferAbsence);
            Assert.Equal(absence == CosmiOfferAbsence.Present, found.OfferJson != null);
            Assert.Equal(
                absence == CosmiOfferAbsence.Present ? JsonValueKind.Object : JsonValueKind.Null,
                JsonDocument.Parse(found.WithOfferJson).RootElement.GetProperty("offer").ValueKind);
            Assert.Equal(absence == CosmiOfferAbsence.SharedThroughput, found.DatabaseOfferJson != null);
        }

        [Fact]
        public async Task Names_keep_their_characters()
        {
            using CosmiClient client = Simulator.Client();
            CosmiCollection collection = await Soon(client.GetCollectionAsync(Named("myaccount"), "Üben & Mehr", "100% naïve"));

            Assert.Equal("100% naïve", JsonDocument.Parse(collection.Json).RootElement.GetProperty("id").GetString());
        }

        [Fact]
        public async Task Five_hundred_at_once_all_end_with_their_own_result()
        {
            using CosmiClient client = Simulator.Client();
            string[] names = { "A", "B", "C" };
            CosmiCollection[] found = await Task.WhenAll(Enumerable.Range(0, 500).Select(number =>
                client.GetCollectionAsync(Named("myaccount"), "D", names[number % names.Length]))).WaitAsync(TimeSpan.FromMinutes(2));

            for (int number = 0; number < found.Length; number++)
            {
                Assert.Equal(names[number % names.Length], JsonDocument.Parse(found[number].Json).RootElement.GetProperty("id").GetString());
            }
        }

        private static string Name(CosmiAccount account) => JsonDocument.Parse(account.Json).RootElement.GetProperty("name").GetString()!;
    }
}
