using System.Management.Automation;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>Gets an account's keys.</summary>
    [Cmdlet(VerbsCommon.Get, "CosmiAccountKey", DefaultParameterSetName = AccountSet)]
    [OutputType(typeof(AccountKey))]
    public sealed class GetCosmiAccountKeyCommand : CosmiAccountCmdlet
    {
        /// <summary>The account's name.</summary>
        [Parameter(ParameterSetName = AccountSet, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
        [Alias("Name")]
        [ArgumentCompleter(typeof(AccountNameCompleter))]
        public string? AccountName { get; set; }

        /// <summary>Which keys: those that may write, those that may only read, or the best the identity may have.</summary>
        [Parameter]
        [OneOf(typeof(CosmiKeyKind))]
        public CosmiKeyKind Kind { get; set; }

        /// <summary>Gives the keys as String instead of SecureString.</summary>
        [Parameter]
        public SwitchParameter AsPlainText { get; set; }

        /// <inheritdoc/>
        protected override void ProcessRecord()
        {
            CosmiAccountReference? account = Account(AccountName);
            if (account == null)
            {
                return;
            }

            Enqueue(
                Target(account),
                (options, stop) => Connection.Native.ListKeysAsync(account, Kind, options, stop),
                keys =>
                {
                    Session.Current.Names.Add(NameKind.Account, keys.AccountName);
                    foreach (CosmiKey key in keys.Keys)
                    {
                        WriteObject(new AccountKey(keys.AccountName, key.Role, PlainText.Of(key.Value, AsPlainText)));
                    }
                });
        }
    }
}
