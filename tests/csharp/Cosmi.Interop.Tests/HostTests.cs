using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;

namespace Cosmi.Interop.Tests
{
    /// <summary>
    /// Every kind of host by the variables that a program finds on it, set as a program or a shell sets them: with
    /// <see cref="Environment.SetEnvironmentVariable(string, string)"/>.
    /// </summary>
    public sealed class HostTests : SimulatorTest
    {
        public HostTests(Simulator simulator)
            : base(simulator)
        {
        }

        // Azure Arc is not among them: its keys are read from the agent's own folder alone, which tests/arc_namespace.rs puts in place for itself.
        [Theory]
        [InlineData("imds", CosmiIdentitySource.Imds, "imds")]
        [InlineData("appService", CosmiIdentitySource.AppService, "app_service")]
        [InlineData("automation", CosmiIdentitySource.AppService, "app_service")]
        [InlineData("serviceFabric", CosmiIdentitySource.ServiceFabric, "service_fabric")]
        [InlineData("machineLearning", CosmiIdentitySource.MachineLearning, "machine_learning")]
        [InlineData("cloudShell", CosmiIdentitySource.CloudShell, "cloud_shell")]
        [InlineData("workloadIdentity", CosmiIdentitySource.WorkloadIdentity, "sts")]
        public async Task Every_host_gives_a_token_that_opens_the_chain(string host, CosmiIdentitySource source, string face)
        {
            IReadOnlyDictionary<string, string> variables = Simulator.Variables(host);
            using var _ = new HostVariables(variables);
            using var client = new CosmiClient();
            using CosmiToken token = await Soon(client.GetTokenAsync(Resource));
            CosmiEnvironment environment = await Soon(client.GetEnvironmentAsync());
            CosmiCollection collection = await Soon(client.GetCollectionAsync(Named("myaccount"), "Test", "Test"));

            Assert.Equal(source, token.IdentitySource);
            Assert.Equal(source, environment.IdentitySource);
            Assert.Equal(CosmiLibrary.VariableNames.Where(variables.ContainsKey), environment.VariablesSeen);
            Assert.Equal(Resource, Claim(token.ClaimsJson, "aud"));
            Assert.Equal(token.ClaimsJson, environment.ClaimsJson);
            Assert.Equal("Test", JsonDocument.Parse(collection.Json).RootElement.GetProperty("id").GetString());
            Assert.Single(Simulator.Journal(face), entry => entry.GetProperty("status").GetInt32() == 200 && !entry.GetProperty("target").GetString()!.Contains("/instance"));
        }

        [Theory]
        [InlineData(CosmiIdentitySource.Imds)]
        [InlineData(CosmiIdentitySource.MachineLearning)]
        [InlineData(CosmiIdentitySource.CloudShell)]
        [InlineData(CosmiIdentitySource.WorkloadIdentity)]
        public async Task A_source_can_be_forced(CosmiIdentitySource source)
        {
            var variables = new Dictionary<string, string>(Simulator.Variables("workloadIdentity"));
            string[] hosts = source == CosmiIdentitySource.CloudShell ? ["imds", "cloudShell"] : ["imds", "machineLearning"];
            foreach ((string name, string value) in hosts.SelectMany(Simulator.Variables))
            {
                variables[name] = value;
            }

            using var _ = new HostVariables(variables);
            using var client = new CosmiClient(new CosmiOptions { IdentitySource = source });
            using CosmiToken token = await Soon(client.GetTokenAsync(Resource));

            Assert.Equal(source, token.IdentitySource);
        }

        [Theory]
        [InlineData(CosmiIdentitySource.AppService)]
        [InlineData(CosmiIdentitySource.Arc)]
        [InlineData(CosmiIdentitySource.ServiceFabric)]
        [InlineData(CosmiIdentitySource.MachineLearning)]
        [InlineData(CosmiIdentitySource.CloudShell)]
        [InlineData(CosmiIdentitySource.WorkloadIdentity)]
        public async Task A_forced_source_that_is_not_there_is_an_error_before_anything_is_sent(CosmiIdentitySource source)
        {
            using var _ = new HostVariables(Simulator.Variables("imds"));
            using var client = new CosmiClient(new CosmiOptions { IdentitySource = source });
            CosmiException failure = await Assert.ThrowsAsync<CosmiException>(() => Soon(client.GetTokenAsync(Resource)));

            Assert.Equal(CosmiStatus.NoIdentity, failure.Status);
            Assert.Contains("was asked for", failure.Message);
            Assert.NotEmpty(failure.Action!);
            Assert.Empty(Simulator.Journal());
        }

        [Fact]
        public void A_source_that_does_not_exist_is_refused()
        {
            var failure = Assert.Throws<CosmiException>(() => new CosmiClient(new CosmiOptions { IdentitySource = (CosmiIdentitySource)8 }));
            Assert.Equal(CosmiStatus.InvalidArgument, failure.Status);
        }

        [Fact]
        public async Task A_client_has_the_variables_of_its_making_and_on_windows_those_of_the_call()
        {
            using var _ = new HostVariables(Simulator.Variables("imds"));
            using var before = new CosmiClient();
            Environment.SetEnvironmentVariable("MSI_ENDPOINT", Simulator.Variables("cloudShell")["MSI_ENDPOINT"]);
            using var after = new CosmiClient();
            Environment.SetEnvironmentVariable("MSI_ENDPOINT", null);
            using var last = new CosmiClient();
            CosmiIdentitySource[] sources = (await Task.WhenAll(new[] { before, after, last }.Select(client => Soon(client.GetTokenAsync(Resource)))))
                .Select(token => token.IdentitySource)
                .ToArray();

            CosmiIdentitySource changed = OperatingSystem.IsWindows() ? CosmiIdentitySource.Imds : CosmiIdentitySource.CloudShell;
            Assert.Equal([CosmiIdentitySource.Imds, changed, CosmiIdentitySource.Imds], sources);
        }

        [FactExceptOnMono("Mono has no variables of its own: they are the process's")]
        public async Task What_dotnet_does_not_have_is_not_set_even_if_the_process_has_it()
        {
            if (OperatingSystem.IsWindows())
            {
                // There the two are one.
                return;
            }

            using var _ = new HostVariables(Simulator.Variables("imds"));
            HostVariables.Native.Set("MSI_ENDPOINT", "this is no URL");
            try
            {
                using var client = new CosmiClient();
                using CosmiToken token = await Soon(client.GetTokenAsync(Resource));
                CosmiEnvironment environment = await Soon(client.GetEnvironmentAsync());

                Assert.Null(Environment.GetEnvironmentVariable("MSI_ENDPOINT"));
                Assert.Equal(CosmiIdentitySource.Imds, token.IdentitySource);
                Assert.DoesNotContain("MSI_ENDPOINT", environment.VariablesSeen);
            }
            finally
            {
                HostVariables.Native.Unset("MSI_ENDPOINT");
            }
        }

        [Fact]
        public async Task A_new_token_takes_the_place_of_the_former_one()
        {
            using CosmiClient client = Simulator.Client();
            using CosmiToken first = await Soon(client.GetTokenAsync(Resource));
            using CosmiToken renewed = await Soon(client.RenewTokenAsync(Resource));
            using CosmiToken kept = await Soon(client.GetTokenAsync(Resource));

            Assert.NotEqual(Plain(first.Value), Plain(renewed.Value));
            Assert.Equal(Plain(renewed.Value), Plain(kept.Value));
            Assert.Equal(Resource, renewed.Resource);
            Assert.Equal(2, Simulator.Journal("imds").Count);
            RefusesAtOnce<ArgumentNullException>(() => client.RenewTokenAsync(null!), "resource");
            RefusesAtOnce<ArgumentException>(() => client.RenewTokenAsync("a\0b"), "resource");
        }

        [Fact]
        public async Task A_token_tells_whose_it_is()
        {
            using CosmiClient client = Simulator.Client();
            using CosmiToken token = await Soon(client.GetTokenAsync(Resource));
            JsonElement claims = JsonDocument.Parse(token.ClaimsJson!).RootElement;

            Assert.Equal(token.ExpiresOn.ToUnixTimeSeconds(), claims.GetProperty("exp").GetInt64());
            Assert.Equal(token.ClientId, Claim(token.ClaimsJson, "appid"));
            Assert.EndsWith("/virtualMachines/myvm", Claim(token.ClaimsJson, "xms_mirid"));
            Assert.All(claims.EnumerateObject(), claim => Assert.Contains(claim.Name, new[] { "oid", "appid", "tid", "aud", "exp", "xms_mirid" }));
        }

        [Fact]
        public async Task A_token_that_cannot_be_read_tells_nothing_and_is_good()
        {
            Simulator.Fault("imds", """{"status":200,"body":"{\"access_token\":\"opaque\",\"expires_in\":\"3600\"}"}""");
            using CosmiClient client = Simulator.Client();
            using CosmiToken token = await Soon(client.GetTokenAsync(Resource));

            Assert.Equal("opaque", Plain(token.Value));
            Assert.Null(token.ClaimsJson);
        }

        [Fact]
        public async Task A_machine_of_a_scale_set_says_so()
        {
            Simulator.Post(
                "/faults",
                """{"match":{"face":"imds","path":"/instance"},"times":1,"action":{"status":200,"body":"{\"name\":\"set_3\",\"vmScaleSetName\":\"set\"}"}}""");
            using CosmiClient client = Simulator.Client();
            CosmiEnvironment instance = await Soon(client.GetEnvironmentAsync());
            CosmiEnvironment machine = await Soon(client.GetEnvironmentAsync());

            Assert.Equal(("set_3", "set"), (instance.MachineName, instance.ScaleSetName));
            Assert.Equal(("myvm", null), (machine.MachineName, machine.ScaleSetName));
        }

        [Fact]
        public async Task A_private_cloud_is_given_by_its_addresses()
        {
            var variables = new Dictionary<string, string>(Simulator.Variables("workloadIdentity"));
            Assert.True(variables.Remove("AZURE_AUTHORITY_HOST", out string? login));
            using var _ = new HostVariables(variables);
            using var client = new CosmiClient(new CosmiOptions
            {
                ArmAudience = "https://management.core.windows.net/",
                LoginEndpoint = login,
                CosmosSuffix = "cosmos.example",
            });
            CosmiAccount account = await Soon(client.GetAccountAsync(new CosmiAccountReference { Endpoint = "https://myaccount.cosmos.example/" }));

            Assert.Equal("myaccount", JsonDocument.Parse(account.Json).RootElement.GetProperty("name").GetString());
            Assert.Contains("management.core.windows.net", Assert.Single(Simulator.Journal("sts")).GetProperty("body").GetString());
        }

        [Theory]
        [InlineData("http://192.0.2.1/", null)]
        [InlineData(null, "a/b")]
        public void A_private_cloud_that_cannot_be_is_refused(string? loginEndpoint, string? cosmosSuffix)
        {
            var options = new CosmiOptions { LoginEndpoint = loginEndpoint, CosmosSuffix = cosmosSuffix };
            Assert.Equal(CosmiStatus.InvalidArgument, Assert.Throws<CosmiException>(() => new CosmiClient(options)).Status);
        }

        [Fact]
        public async Task An_update_of_the_metadata_service_is_waited_for_as_long_as_it_says()
        {
            Simulator.Fault("imds", """{"status":410}""");
            CosmiOptions options = Simulator.Options();
            options.UpdateWait = TimeSpan.FromMilliseconds(50);
            using var client = new CosmiClient(options);

            // 70 seconds by default, which is more than the test's patience.
            CosmiException failure = await Assert.ThrowsAsync<CosmiException>(() => Soon(client.GetTokenAsync(Resource)));
            Assert.Equal((CosmiStatus.Service, 410), (failure.Status, failure.HttpStatus));
            options.UpdateWait = TimeSpan.Zero;
            Assert.Throws<ArgumentOutOfRangeException>(() => new CosmiClient(options));
        }

        [Theory]
        [InlineData("appService", "app_service")]
        [InlineData("arc", "arc")]
        [InlineData("serviceFabric", "service_fabric")]
        [InlineData("machineLearning", "machine_learning")]
        [InlineData("cloudShell", "cloud_shell")]
        [InlineData("workloadIdentity", "sts")]
        public async Task A_host_that_is_stuck_can_be_cancelled(string host, string face)
        {
            Simulator.Fault(face, Hang);
            using var _ = new HostVariables(Simulator.Variables(host));
            // Two clients, since one sends both over a single connection where it can, and a request that hangs is seen by its connection alone.
            using var first = new CosmiClient();
            using var second = new CosmiClient();
            using var cancellation = new CancellationTokenSource();
            Task<CosmiToken> get = first.GetTokenAsync(Resource, cancellationToken: cancellation.Token);
            Task<CosmiToken> renew = second.RenewTokenAsync(Resource, cancellationToken: cancellation.Token);
            Eventually(() => Simulator.Connections(face) > 1, "two connections to " + face);
            Thread.Sleep(100);
            Assert.False(get.IsCompleted || renew.IsCompleted);
            cancellation.Cancel();

            foreach (Task<CosmiToken> call in new[] { get, renew })
            {
                var stopped = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon(call));
                Assert.Equal(cancellation.Token, stopped.CancellationToken);
            }

            Eventually(() => Simulator.Journal(face).Count(entry => entry.GetProperty("aborted").GetBoolean()) == 2, face + " sees the client go");
        }

        private static string? Claim(string? claims, string name) => JsonDocument.Parse(claims!).RootElement.GetProperty(name).GetString();
    }
}
