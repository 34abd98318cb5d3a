using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>A command about one account: by name, by resource id, or the one the client was connected with.</summary>
    public abstract class CosmiAccountCmdlet : CosmiClientCmdlet
    {
        /// <summary>The parameter set of an account's name.</summary>
        protected const string AccountSet = "Account";

        /// <summary>The parameter set of an account's resource id.</summary>
        protected const string ResourceIdSet = "ResourceId";

        private bool _isPlaceGiven;
        private bool _isNameGiven;
        private bool _isResourceIdGiven;

        /// <summary>The account's subscription.</summary>
        [Parameter(ParameterSetName = AccountSet, ValueFromPipelineByPropertyName = true)]
        [ArgumentCompleter(typeof(SubscriptionIdCompleter))]
        [AfterResourceId]
        public string? SubscriptionId { get; set; }

        /// <summary>The account's resource group.</summary>
        [Parameter(ParameterSetName = AccountSet, ValueFromPipelineByPropertyName = true)]
        [Alias("ResourceGroup")]
        [ArgumentCompleter(typeof(ResourceGroupNameCompleter))]
        [AfterResourceId]
        public string? ResourceGroupName { get; set; }

        /// <summary>The account's Azure resource id.</summary>
        [Parameter(ParameterSetName = ResourceIdSet, Mandatory = true, ValueFromPipelineByPropertyName = true)]
        public string? ResourceId { get; set; }

        /// <summary>
        /// The account that is meant; null, after an error was written, when none is. A name replaces the session's account as a whole.
        /// </summary>
        private protected CosmiAccountReference? Account(string? accountName)
        {
            if (IsMistaken())
            {
                return null;
            }

            if (ResourceId != null)
            {
                CosmiAccountReference? parsed = AccountResourceId.Parse(ResourceId);
                if (parsed == null)
                {
                    WriteError(Errors.Record(
                        new RefusalException(
                            $"'{ResourceId}' is not the resource id of a Cosmos DB account",
                            "give an id like /subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.DocumentDB/databaseAccounts/NAME"),
                        ResourceId));
                }

                return parsed;
            }

            if (string.IsNullOrEmpty(accountName) && MyInvocation.BoundParameters.ContainsKey("AccountName"))
            {
                // An unset variable, most likely. It must not stand for the session's account, or for all there are.
                WriteError(Errors.Record(
                    new RefusalException("the account's name is empty", "give the account's name, or leave -AccountName out"),
                    accountName));
                return null;
            }

            if (accountName != null)
            {
                return new CosmiAccountReference { Name = accountName, SubscriptionId = SubscriptionId, ResourceGroup = ResourceGroupName };
            }

            CosmiAccountReference? session = Connection.Account();
            if (session == null)
            {
                // Said once for the whole pipeline: no other input could name the account either.
                Refuse("no account is named", "give -AccountName, or name the account once with Connect-CosmiAccount -AccountName");
            }

            return session;
        }

        /// <inheritdoc/>
        protected override void BeginProcessing()
        {
            base.BeginProcessing();
            // Later on these also hold what came through the pipeline.
            _isPlaceGiven = SubscriptionId != null || ResourceGroupName != null;
            _isNameGiven = MyInvocation.BoundParameters.ContainsKey("Name");
            _isResourceIdGiven = ResourceId != null;
        }

        /// <summary>
        /// Whether this name came through the pipeline with an account, as the account's own: an account has a name, and so has what is in it.
        /// </summary>
        private protected bool IsAccountsOwn(string? name, string? accountName) =>
            !_isNameGiven && (ResourceId != null
                ? !_isResourceIdGiven && string.Equals(name, AccountResourceId.Parse(ResourceId)?.Name, StringComparison.OrdinalIgnoreCase)
                : !_isPlaceGiven && name == accountName && SubscriptionId != null && ResourceGroupName != null);

        /// <summary>Whether an object that is about another thing was taken for the names of what is lost afterwards; an error then says so.</summary>
        private bool IsMistaken()
        {
            foreach (KeyValuePair<string, object> bound in MyInvocation.BoundParameters)
            {
                // Those of former inputs stay there; the property has this one's.
                if (NamesAttribute.MistakenFor(bound.Value) is PSObject given && ReferenceEquals(GetType().GetProperty(bound.Key)?.GetValue(this), bound.Value))
                {
                    WriteError(Mistaken(given, MyInvocation.MyCommand.Parameters[bound.Key]));
                    return true;
                }
            }

            return false;
        }

        private ErrorRecord Mistaken(PSObject given, ParameterMetadata parameter)
        {
            string wanted = parameter.Attributes.OfType<NamesAttribute>().First().Thing!;
            string thing = ObjectThing.Of(given)!;
            // Where the binder would have found a name.
            object? name = new[] { parameter.Name }.Concat(parameter.Aliases).Select(one => Members.Member(given, one)).FirstOrDefault(one => one is string);
            string message = $"{("aeiou".IndexOf(thing[0]) < 0 ? "a" : "an")} {thing} is no {wanted}";
            if (name != null)
            {
                message += $": {MyInvocation.MyCommand.Name} would have taken it for {wanted} {name}";
            }

            string source = "Get-Cosmi" + char.ToUpperInvariant(wanted[0]) + wanted.Substring(1);
            return Errors.Record(new RefusalException(message, $"name the {wanted} with -{parameter.Name}, or pipe what {source} gives"), name);
        }

        /// <summary>A second run of a deletion finds nothing, which is no failure.</summary>
        private protected void TellAbsent(CosmiResources deleted, string thing)
        {
            if (deleted.Change == CosmiChange.Absent)
            {
                WriteVerbose($"already so: there is no {thing}");
            }
        }

        /// <summary>What an error about this account should point at.</summary>
        private protected static object? Target(CosmiAccountReference account) => account.Name ?? account.Endpoint;
    }
}
