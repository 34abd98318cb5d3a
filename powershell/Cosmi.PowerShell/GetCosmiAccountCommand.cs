using System.Collections.Generic;
using System.Management.Automation;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>Gets accounts: all the identity can see, or the named ones.</summary>
    [Cmdlet(VerbsCommon.Get, "CosmiAccount", DefaultParameterSetName = AccountSet)]
    [OutputType("Cosmi.Account")]
    public sealed class GetCosmiAccountCommand : CosmiAccountCmdlet
    {
        /// <summary>The accounts' names.</summary>
        [Parameter(ParameterSetName = AccountSet, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
        [Alias("Name")]
        [ArgumentCompleter(typeof(AccountNameCompleter))]
        [Names]
        public string[]? AccountName { get; set; }

        /// <inheritdoc/>
        protected override void ProcessRecord()
        {
            if (ResourceId != null || (AccountName == null && MyInvocation.BoundParameters.ContainsKey(nameof(AccountName))))
            {
                Show(Account(null));
            }
            else if (AccountName != null)
            {
                foreach (string name in AccountName)
                {
                    Show(Account(name));
                }
            }
            else
            {
                string? subscription = SubscriptionId;
                string? group = ResourceGroupName;
                Enqueue<IReadOnlyList<CosmiAccount>>(
                    group ?? subscription,
                    (options, stop) => Connection.Native.ListAccountsAsync(subscription, group, options, stop),
                    accounts =>
                    {
                        foreach (CosmiAccount account in accounts)
                        {
                            Write(account);
                        }
                    });
            }
        }

        private void Show(CosmiAccountReference? account)
        {
            if (account != null)
            {
                Enqueue(Target(account), (options, stop) => Connection.Native.GetAccountAsync(account, options, stop), Write);
            }
        }

        private void Write(CosmiAccount account)
        {
            PSObject document = Document.Account(account);
            CosmiAccountReference? reference = AccountResourceId.Parse(document.Properties["id"]?.Value as string ?? string.Empty);
            NameCache names = Session.Current.Names;
            names.Add(NameKind.Subscription, reference?.SubscriptionId);
            names.Add(NameKind.ResourceGroup, reference?.ResourceGroup);
            names.Add(NameKind.Account, reference?.Name);
            names.Add(NameKind.Location, document.Properties["location"]?.Value as string);
            WriteObject(document);
        }
    }
}
