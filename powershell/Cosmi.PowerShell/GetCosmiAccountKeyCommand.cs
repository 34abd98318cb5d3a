using System.Management.Automation;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>Gets an account's keys.</summary>
    [Cmdlet(VerbsCommon.Get, "CosmiAccountKey", DefaultParameterSetName = AccountSet)]
    [OutputType(typeof(AccountKey))]
    public sealed class GetCosmiAccountKeyCommand : CosmiKeyCmdlet
    {
        /// <summary>Which keys: those that may write, those that may only read, or the best the identity may have.</summary>
        [Parameter]
        [OneOf(typeof(CosmiKeyKind))]
        public CosmiKeyKind Kind { get; set; }

        /// <inheritdoc/>
        protected override void ProcessRecord()
        {
            CosmiAccountReference? account = Account();
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
