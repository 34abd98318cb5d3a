using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>
    /// Walks the chain from this machine to a collection and tells of each link how it answered. A link that does not work is a result, not an error.
    /// </summary>
    [Cmdlet(VerbsDiagnostic.Test, "CosmiAccess", DefaultParameterSetName = AccountSet)]
    [OutputType(typeof(AccessCheck))]
    public sealed class TestCosmiAccessCommand : CosmiDataCmdlet
    {
        // Asked for where the caller names no collection.
        private const string UnlikelyName = "cosmi-access-check";

        private const string KeyAccepted = "the account answers and accepts the key";

        /// <summary>The database of the collection to try.</summary>
        [Parameter]
        [Alias("DatabaseName")]
        [ArgumentCompleter(typeof(DatabaseCompleter))]
        public string? Database { get; set; }

        /// <summary>The collection to try.</summary>
        [Parameter]
        [Alias("Collection", "Container")]
        [ArgumentCompleter(typeof(CollectionCompleter))]
        public string? Name { get; set; }

        /// <inheritdoc/>
        protected override void ProcessRecord()
        {
            if ((Database == null) != (Name == null))
            {
                Refuse("a collection is named by its database and its name", "give both -Database and -Name, or neither", Database ?? Name);
            }

            CosmiAccountReference? account = Account();
            if (account == null)
            {
                return;
            }

            if (account.Key != null)
            {
                foreach (string link in new[] { "Environment", "Token", "Account" })
                {
                    Skip(link, "a key was given");
                }

                Write("Keys", AccessResult.Found, "given by the caller");
                Data(account, KeyAccepted);
                return;
            }

            CosmiEnvironment? environment = Try("Environment", null, Connection.Native.GetEnvironmentAsync, Describe, out _, Seen);
            CosmiToken? token = null;
            if (environment == null)
            {
                Skip("Token", "it needs the environment");
            }
            else
            {
                string audience = ArmAudience(() => environment);
                token = Try("Token", audience, (options, stop) => Connection.Native.GetTokenAsync(audience, options, stop), Describe, out _);
                token?.Dispose();
            }

            if (token == null)
            {
                Skip("Account", "it needs a token");
                Skip("Keys", "they need a token");
                Skip("Data", "it needs a key");
                return;
            }

            CosmiAccount? found = Try(
                "Account",
                Target(account),
                (options, stop) => Connection.Native.GetAccountAsync(account, options, stop),
                Describe,
                out CosmiStatus status);
            if (found == null && status != CosmiStatus.Forbidden)
            {
                Skip("Keys", "they need the account");
                Skip("Data", "it needs a key");
                return;
            }

            if (found != null && !AcceptsKeys(Document.Account(found)))
            {
                Skip("Keys", "the account accepts none");
                Data(account, "Resource Manager answers in the account's place");
                return;
            }

            // An identity may be allowed to list keys, and not to read the account.
            using CosmiKeys? keys = Try(
                "Keys",
                Target(account),
                (options, stop) => Connection.Native.ListKeysAsync(account, CosmiKeyKind.Auto, options, stop),
                Describe,
                out _);
            if (keys == null)
            {
                Skip("Data", "it needs a key");
                return;
            }

            Data(account, KeyAccepted);
        }

        /// <summary>Tries the last link. That a collection which hardly exists is not found shows that <paramref name="answers"/>.</summary>
        private void Data(CosmiAccountReference account, string answers)
        {
            string database = Database ?? UnlikelyName;
            string name = Name ?? UnlikelyName;
            string found;
            try
            {
                found = Describe(Await(name, (options, stop) => Connection.Native.GetCollectionAsync(account, database, name, options, stop)));
            }
            catch (CosmiException failure) when (failure.Status == CosmiStatus.NotFound && Name == null)
            {
                found = answers + "; name a collection with -Database and -Name to see it";
            }
            catch (Exception exception) when (Errors.IsFailure(exception))
            {
                Fail("Data", exception);
                return;
            }

            Write("Data", AccessResult.Found, found);
        }

        /// <summary>Tries one link and writes how it answered; null where it did not work.</summary>
        private T? Try<T>(
            string link,
            object? target,
            Func<CosmiCallOptions, CancellationToken, Task<T>> start,
            Func<T, string> describe,
            out CosmiStatus status,
            Func<string>? hint = null)
            where T : class
        {
            T result;
            string found;
            try
            {
                result = Await(target, start);
                found = describe(result);
            }
            catch (Exception exception) when (Errors.IsFailure(exception))
            {
                status = (exception as CosmiException)?.Status ?? CosmiStatus.Internal;
                Fail(link, exception, hint?.Invoke());
                return null;
            }

            status = CosmiStatus.Ok;
            Write(link, AccessResult.Found, found);
            return result;
        }

        private void Fail(string link, Exception exception, string? hint = null)
        {
            var failure = exception as CosmiException;
            CosmiStatus? status = failure?.Status;
            string? answer = failure == null || failure.HttpStatus == 0 ? null : $"the answer was {failure.HttpStatus} {failure.ServiceCode}".TrimEnd();
            bool refused = status == CosmiStatus.Forbidden || status == CosmiStatus.Unauthenticated || status == CosmiStatus.Conflict;
            Write(
                link,
                refused ? AccessResult.Refused : AccessResult.Failed,
                Lines($"{Errors.Id(exception)}: {Errors.Message(exception)}", answer, hint),
                failure?.Action);
        }

        private void Skip(string link, string why) => Write(link, AccessResult.Skipped, why);

        private void Write(string link, AccessResult result, string detail, string? action = null) =>
            WriteObject(new AccessCheck(link, result, detail, action));

        private static string Describe(CosmiEnvironment environment)
        {
            string? machine = environment.MachineName;
            if (machine != null && environment.ResourceGroup != null)
            {
                machine += " in " + environment.ResourceGroup;
            }

            string?[] place = { machine, environment.Location, environment.Cloud };
            return Lines(
                $"{environment.IdentitySource}: {string.Join(", ", place.Where(part => part != null))}",
                environment.Reason,
                Seen(environment.VariablesSeen));
        }

        private static string Seen() => Seen(HostVariables.Seen());

        /// <summary>The names of the variables that a source is chosen by, never their values.</summary>
        private static string Seen(IEnumerable<string> names)
        {
            string list = string.Join(", ", names);
            return "variables seen: " + (list.Length == 0 ? "none" : list);
        }

        private static string Lines(params string?[] lines) => string.Join(System.Environment.NewLine, lines.Where(line => line != null));

        private static string Describe(CosmiToken token)
        {
            var claims = new Claims(token.ClaimsJson);
            string? client = token.ClientId ?? claims.ClientId;
            return Lines(
                $"for {token.Resource} until {token.ExpiresOn.UtcDateTime:u}",
                client == null ? null : "client id " + client,
                claims.ObjectId == null ? null : "object id " + claims.ObjectId);
        }

        private static string Describe(CosmiAccount account)
        {
            PSObject document = Document.Account(account);
            string detail = $"{Member(document, "AccountName")} in {Member(document, "ResourceGroupName")}, {Member(document, "location")}; {Member(document, "Endpoint")}";
            return AcceptsKeys(document) ? detail : detail + "; keys are turned off (disableLocalAuth)";
        }

        private static bool AcceptsKeys(PSObject account) => !(Member(account, "KeysAllowed") is false);

        private static string Describe(CosmiKeys keys) =>
            keys.Access == CosmiKeyKind.ReadOnly ? "read-only keys" : "read-write keys";

        private static string Describe(CosmiCollection collection)
        {
            PSObject document = Document.Collection(collection, string.Empty);
            return $"collection {Member(document, "Name")}; throughput {Member(document, "ThroughputText")}";
        }

        private static object? Member(PSObject document, string name) => document.Properties[name]?.Value;
    }
}
