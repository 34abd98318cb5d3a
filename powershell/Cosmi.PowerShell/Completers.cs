using System;
using System.Collections;
using System.Collections.Generic;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace Cosmi.PowerShell
{
    /// <summary>Completes from a list at hand: never asks the network, never throws.</summary>
    public abstract class ListCompleter : IArgumentCompleter
    {
        /// <inheritdoc/>
        public IEnumerable<CompletionResult> CompleteArgument(
            string commandName,
            string parameterName,
            string wordToComplete,
            CommandAst commandAst,
            IDictionary fakeBoundParameters)
        {
            string word = (wordToComplete ?? string.Empty).Trim('\'', '"');
            var results = new List<CompletionResult>();
            foreach (KeyValuePair<string, string> candidate in Candidates(fakeBoundParameters ?? new Hashtable()))
            {
                if (candidate.Key.StartsWith(word, StringComparison.OrdinalIgnoreCase))
                {
                    results.Add(new CompletionResult(Quote(candidate.Key), candidate.Key, CompletionResultType.ParameterValue, candidate.Value));
                }
            }

            return results;
        }

        /// <summary>The values, each with its explanation; what is <paramref name="bound"/> beside them may matter.</summary>
        private protected abstract IEnumerable<KeyValuePair<string, string>> Candidates(IDictionary bound);

        private static string Quote(string value)
        {
            // A leading dash would make it a parameter.
            bool plain = value[0] != '-';
            foreach (char c in value)
            {
                plain = plain && (char.IsLetterOrDigit(c) || "-_./:".IndexOf(c) >= 0);
            }

            // To PowerShell a typographic quote ends a text like the plain one.
            return plain ? value : "'" + CodeGeneration.EscapeSingleQuotedStringContent(value) + "'";
        }
    }

    /// <summary>Completes from the names this session has seen.</summary>
    public abstract class SeenNameCompleter : ListCompleter
    {
        private readonly NameKind _kind;

        private protected SeenNameCompleter(NameKind kind) => _kind = kind;

        private protected override IEnumerable<KeyValuePair<string, string>> Candidates(IDictionary bound)
        {
            foreach (string name in Session.Current.Names.Get(_kind))
            {
                yield return new KeyValuePair<string, string>(name, name);
            }
        }
    }

    /// <summary>Completes a subscription's id.</summary>
    public sealed class SubscriptionIdCompleter : SeenNameCompleter
    {
        /// <summary>Made by the shell.</summary>
        public SubscriptionIdCompleter()
            : base(NameKind.Subscription)
        {
        }
    }

    /// <summary>Completes a resource group's name.</summary>
    public sealed class ResourceGroupNameCompleter : SeenNameCompleter
    {
        /// <summary>Made by the shell.</summary>
        public ResourceGroupNameCompleter()
            : base(NameKind.ResourceGroup)
        {
        }
    }

    /// <summary>Completes an account's name.</summary>
    public sealed class AccountNameCompleter : SeenNameCompleter
    {
        /// <summary>Made by the shell.</summary>
        public AccountNameCompleter()
            : base(NameKind.Account)
        {
        }
    }

    /// <summary>Completes an account's endpoint.</summary>
    public sealed class EndpointCompleter : SeenNameCompleter
    {
        /// <summary>Made by the shell.</summary>
        public EndpointCompleter()
            : base(NameKind.Endpoint)
        {
        }
    }

    /// <summary>Completes a database's name.</summary>
    public sealed class DatabaseCompleter : SeenNameCompleter
    {
        /// <summary>Made by the shell.</summary>
        public DatabaseCompleter()
            : base(NameKind.Database)
        {
        }
    }

    /// <summary>Completes a collection's name.</summary>
    public sealed class CollectionCompleter : SeenNameCompleter
    {
        /// <summary>Made by the shell.</summary>
        public CollectionCompleter()
            : base(NameKind.Collection)
        {
        }
    }

    /// <summary>Completes a region's name.</summary>
    public sealed class LocationCompleter : SeenNameCompleter
    {
        /// <summary>Made by the shell.</summary>
        public LocationCompleter()
            : base(NameKind.Location)
        {
        }
    }

    /// <summary>Completes a virtual machine's name.</summary>
    public sealed class MachineCompleter : SeenNameCompleter
    {
        /// <summary>Made by the shell.</summary>
        public MachineCompleter()
            : base(NameKind.Machine)
        {
        }
    }

    /// <summary>Completes what a token can be for.</summary>
    public sealed class ResourceCompleter : ListCompleter
    {
        private protected override IEnumerable<KeyValuePair<string, string>> Candidates(IDictionary bound)
        {
            foreach (AzureCloud cloud in AzureCloud.All)
            {
                yield return new KeyValuePair<string, string>(cloud.ArmAudience, cloud.Title + ": Azure Resource Manager");
                yield return new KeyValuePair<string, string>(cloud.CosmosAudience, cloud.Title + ": Cosmos DB, data plane");
            }

            yield return new KeyValuePair<string, string>("https://vault.azure.net", "Azure: Key Vault");
            yield return new KeyValuePair<string, string>("https://storage.azure.com/", "Azure: Storage");
            yield return new KeyValuePair<string, string>("https://database.windows.net/", "Azure: SQL Database");
            yield return new KeyValuePair<string, string>("https://graph.microsoft.com", "Microsoft Graph");
        }
    }

    /// <summary>Completes a cloud's name.</summary>
    public sealed class CloudCompleter : ListCompleter
    {
        private protected override IEnumerable<KeyValuePair<string, string>> Candidates(IDictionary bound)
        {
            foreach (AzureCloud cloud in AzureCloud.All)
            {
                yield return new KeyValuePair<string, string>(cloud.Name, cloud.Title);
            }
        }
    }

    /// <summary>Completes what tokens for Azure Resource Manager are for.</summary>
    public sealed class ArmAudienceCompleter : ListCompleter
    {
        private protected override IEnumerable<KeyValuePair<string, string>> Candidates(IDictionary bound)
        {
            foreach (AzureCloud cloud in AzureCloud.All)
            {
                yield return new KeyValuePair<string, string>(cloud.ArmAudience, cloud.Title);
            }
        }
    }

    /// <summary>Completes where workload identities sign in.</summary>
    public sealed class LoginEndpointCompleter : ListCompleter
    {
        private protected override IEnumerable<KeyValuePair<string, string>> Candidates(IDictionary bound)
        {
            foreach (AzureCloud cloud in AzureCloud.All)
            {
                yield return new KeyValuePair<string, string>(cloud.LoginEndpoint, cloud.Title);
            }
        }
    }

    /// <summary>Completes what follows an account's name in its endpoint.</summary>
    public sealed class CosmosSuffixCompleter : ListCompleter
    {
        private protected override IEnumerable<KeyValuePair<string, string>> Candidates(IDictionary bound)
        {
            foreach (AzureCloud cloud in AzureCloud.All)
            {
                yield return new KeyValuePair<string, string>(cloud.CosmosSuffix, cloud.Title);
            }
        }
    }
}
