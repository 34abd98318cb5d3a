using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Text.Json;
using System.Threading.Tasks;

namespace Cosmi.Interop.Tests
{
    /// <summary>examples/csharp, run as a user runs it: a program of its own, configured by its environment.</summary>
    public sealed class ExampleTests : SimulatorTest
    {
        public ExampleTests(Simulator simulator)
            : base(simulator)
        {
        }

        [Fact]
        public async Task It_shows_a_collection_and_its_offer()
        {
            (int code, string output, string errors) = await Run(Simulator.Environment, "myaccount", "Test", "Test");

            Assert.Equal((0, string.Empty), (code, errors));
            JsonElement shown = JsonDocument.Parse(output).RootElement;
            Assert.Equal("Test", shown.GetProperty("collection").GetProperty("id").GetString());
            Assert.Equal(400, shown.GetProperty("offer").GetProperty("content").GetProperty("offerThroughput").GetInt32());
            Assert.NotEmpty(Simulator.Journal("imds"));
        }

        [Fact]
        public async Task It_works_with_the_identity_of_an_app_service()
        {
            var environment = new Dictionary<string, string>(Simulator.Environment)
            {
                ["IDENTITY_ENDPOINT"] = Simulator.Text("appService", "endpoint"),
                ["IDENTITY_HEADER"] = Simulator.Text("appService", "header"),
            };
            (int code, string output, string errors) = await Run(environment, "myaccount", "Shared", "Orders");

            Assert.Equal(0, code);
            Assert.Equal(JsonValueKind.Null, JsonDocument.Parse(output).RootElement.GetProperty("offer").ValueKind);
            Assert.Contains("SharedThroughput", errors);
            Assert.NotEmpty(Simulator.Journal("app_service"));
        }

        [Fact]
        public async Task It_says_what_failed_and_what_to_do()
        {
            (int code, string output, string errors) = await Run(Simulator.Environment, "noaccess", "Test", "Test");

            Assert.Equal((1, string.Empty), (code, output));
            Assert.StartsWith("Forbidden: ", errors);
            Assert.True(errors.Trim().Split('\n').Length >= 2, errors);
        }

        [Fact]
        public async Task It_says_where_the_library_is_missing()
        {
            var environment = new Dictionary<string, string>(Simulator.Environment) { ["COSMI_LIBRARY"] = "/absent/libcosmi.so" };
            (int code, _, string errors) = await Run(environment, "myaccount", "Test", "Test");

            Assert.Equal(1, code);
            Assert.Contains("/absent/libcosmi.so", errors);
        }

        [Fact]
        public async Task From_nothing_to_the_collections_json_and_then_again()
        {
            foreach (string change in new[] { "new", "already so" })
            {
                (int code, string output, string errors) =
                    await RunProgram("Provision", Simulator.Environment, Simulator.ResourceGroup, "westeurope", "newaccount", "Test", "Test");

                Assert.Equal((0, string.Empty), (code, errors));
                string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
                Assert.Equal(
                    new[] { "account: " + change, "database: " + change, "collection: " + change, "identity: already so", "access: " + change },
                    lines[..^1]);
                JsonElement shown = JsonDocument.Parse(lines[^1]).RootElement;
                Assert.Equal("Test", shown.GetProperty("collection").GetProperty("id").GetString());
                Assert.Equal(400, shown.GetProperty("offer").GetProperty("content").GetProperty("offerThroughput").GetInt32());
            }
        }

        private static Task<(int Code, string Output, string Errors)> Run(IEnumerable<KeyValuePair<string, string>> environment, params string[] arguments) =>
            RunProgram("ShowCollection", environment, arguments);

        private static async Task<(int Code, string Output, string Errors)> RunProgram(
            string program,
            IEnumerable<KeyValuePair<string, string>> environment,
            params string[] arguments)
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                RedirectStandardInput = true,
            };
            start.ArgumentList.Add(HeaderTests.Metadata(program));
            foreach (string argument in arguments)
            {
                start.ArgumentList.Add(argument);
            }

            foreach ((string name, string value) in environment)
            {
                start.Environment[name] = value;
            }

            using Process process = Process.Start(start)!;
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            Task<string> errors = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
            return (process.ExitCode, await output, await errors);
        }
    }
}
