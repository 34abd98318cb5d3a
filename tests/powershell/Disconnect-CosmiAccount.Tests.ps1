BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-CosmiModule
    $simulator = Start-Simulator
}

AfterAll {
    Stop-Simulator -Simulator $simulator
}

Describe 'Disconnect-CosmiAccount' {
    It 'has the agreed parameters' {
        Get-ParameterContract -Name Disconnect-CosmiAccount | Should -Be @('-Client [Client] All@0<value')
    }

    It 'forgets the session''s account' {
        $null = Connect-CosmiAccount -AccountName myaccount
        Disconnect-CosmiAccount | Should -BeNullOrEmpty
        (Invoke-Failing { Get-CosmiAccountKey }).Message | Should -Be 'no account is named'
    }

    It 'drops the token' {
        $null = Get-CosmiToken -Resource https://management.azure.com/
        Disconnect-CosmiAccount
        Clear-SimulatorJournal -Simulator $simulator
        $null = Get-CosmiToken -Resource https://management.azure.com/
        @(Get-SimulatorJournal -Simulator $simulator).Count | Should -Be 1
    }

    It 'does nothing where nothing is connected' {
        Disconnect-CosmiAccount
        { Disconnect-CosmiAccount -ErrorAction Stop } | Should -Not -Throw
    }

    It 'ends the client it is given, and no other' {
        $first = Connect-CosmiAccount -AccountName myaccount
        $second = Connect-CosmiAccount -AccountName readeraccount
        $first | Disconnect-CosmiAccount
        $failure = Invoke-Failing { Get-CosmiAccountKey -Client $first }
        $failure.Id | Should -Be 'Cosmi.InvalidState'
        $failure.Category | Should -Be 'InvalidArgument'
        (Get-CosmiAccountKey)[0].AccountName | Should -Be 'readeraccount'
        (Get-CosmiAccountKey -Client $second)[0].AccountName | Should -Be 'readeraccount'
    }

    It 'wipes the client''s key, and leaves the caller''s alone' {
        $key = (Get-CosmiAccountKey -AccountName myaccount)[0].Key
        $client = Connect-CosmiAccount -Endpoint $simulator.accounts.myaccount.endpoint -Key $key
        Disconnect-CosmiAccount -Client $client
        (ConvertFrom-Secret -Secret $key).Length | Should -Be 88
    }
}
